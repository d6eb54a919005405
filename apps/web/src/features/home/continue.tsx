import { Link } from "@tanstack/react-router";
import { ScanLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SessionDocument, SubjectPage } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { ButtonLink } from "../../ui/button.js";
import { Page } from "../../ui/card.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { LatestPeople } from "./latest-people.js";
import { SamplePeople } from "./sample-people.js";

/** Where somebody was: fits that run, the latest people, a new body. */
export function Continue({
	people,
	fits,
}: {
	readonly people: SubjectPage;
	readonly fits: readonly SessionDocument[];
}) {
	const { t } = useTranslation("home");
	return (
		<Page
			title={t("own.title")}
			isWide
			actions={
				<ButtonLink
					to="/measure"
					look="primary"
					className="min-h-12 px-6"
					icon={<ScanLine aria-hidden="true" className="size-5" />}
				>
					{t("own.newBody")}
				</ButtonLink>
			}
		>
			<div className="grid gap-10">
				{fits.length > 0 && (
					<section aria-labelledby="open-fits" className="grid gap-3">
						<h2 id="open-fits">{t("own.fits")}</h2>
						<ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
							{fits.map((fit) => (
								<OpenFit
									key={fit.session_id}
									fit={fit}
									name={people.subjects.find(({ subject_id }) => subject_id === fit.subject_id)?.name ?? null}
								/>
							))}
						</ul>
					</section>
				)}
				{people.subjects.length > 0 && (
					<section aria-labelledby="latest-people" className="grid gap-3">
						<div className="flex flex-wrap items-center justify-between gap-2">
							<h2 id="latest-people">{t("own.people")}</h2>
							{people.total > people.subjects.length && (
								<Link to="/subjects" className="inline-flex min-h-11 items-center font-medium text-accent">
									{t("own.allPeople", { count: people.total })}
								</Link>
							)}
						</div>
						<LatestPeople people={people.subjects} />
					</section>
				)}
				<SamplePeople />
			</div>
		</Page>
	);
}

function OpenFit({ fit, name }: { readonly fit: SessionDocument; readonly name: string | null }) {
	const { t } = useTranslation("home");
	const format = useFormat();
	const title = name ?? t("own.fitOf", { time: format.dateTime(fit.created_at) });
	return (
		<li>
			<Link
				to="/fits/$sessionId"
				params={{ sessionId: fit.session_id }}
				className="grid gap-2 rounded-card border border-line bg-surface p-4 text-ink no-underline hover:border-line-strong"
			>
				<span className="flex justify-between gap-3">
					<span className="truncate font-medium">{title}</span>
					<span className="numbers text-ink-soft">
						{fit.status === "queued" ? t("own.waiting") : format.percent(fit.progress)}
					</span>
				</span>
				<ProgressBar label={title} value={fit.status === "queued" ? 0 : fit.progress} />
			</Link>
		</li>
	);
}
