import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SubjectPage } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";

export const latestPeopleQuery = { limit: 6, order: "-updated_at" } as const;

/** The people who were worked on last, each a way to their bodies. */
export function LatestPeople({ people }: { readonly people: SubjectPage["subjects"] }) {
	const { t } = useTranslation("home");
	const format = useFormat();
	return (
		<ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
			{people.map(({ subject_id, name, anonymized, updated_at }) => (
				<li key={subject_id}>
					<Link
						to="/subjects/$subjectId"
						params={{ subjectId: subject_id }}
						className="flex min-h-16 items-center gap-3 rounded-card border border-line bg-surface p-3 text-ink no-underline hover:border-line-strong"
					>
						<span
							aria-hidden="true"
							className="grid size-10 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent"
						>
							{initial(name)}
						</span>
						<span className="min-w-0 grow">
							<span className="block truncate font-medium">
								{name ?? (anonymized ? t("own.anonymous") : t("own.unnamed"))}
							</span>
							<span className="block text-sm text-ink-soft">{format.date(updated_at)}</span>
						</span>
						<ChevronRight aria-hidden="true" className="size-5 shrink-0 text-ink-soft" />
					</Link>
				</li>
			))}
		</ul>
	);
}

/** The first letter as people see it, also of names outside of Latin script. */
function initial(name: string | null): string {
	const [first] = new Intl.Segmenter().segment(name ?? "·");
	return first?.segment.toLocaleUpperCase() ?? "·";
}
