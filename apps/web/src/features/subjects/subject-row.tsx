import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { subjectModelsQuery } from "../../api/queries.js";
import type { SubjectDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { useSubjectName } from "../../subjects/subject-name.js";
import { initialsOf } from "./initials.js";

/** Asks for a person's newest body, and how many there are. */
export const latestModelQuery = (subject_id: string) => subjectModelsQuery(subject_id, { limit: 1 });

/** A person in the list, with their newest body. */
export function SubjectRow({
	subject,
	isSelected,
	onSelect,
}: {
	readonly subject: SubjectDocument;
	readonly isSelected: boolean;
	readonly onSelect: (isSelected: boolean) => void;
}) {
	const { t } = useTranslation("subjects");
	const format = useFormat();
	const name = useSubjectName()(subject);
	const bodies = useQuery(latestModelQuery(subject.subject_id));
	const latest = bodies.data?.models[0];
	return (
		<li className="relative flex items-center hover:bg-sunken has-[input:checked]:bg-accent-soft">
			<label className="z-10 grid size-12 shrink-0 place-items-center sm:ms-1">
				<span className="sr-only">{t("select", { name })}</span>
				<input
					type="checkbox"
					className="size-5 accent-accent"
					checked={isSelected}
					onChange={(event) => onSelect(event.target.checked)}
				/>
			</label>
			<div className="flex min-w-0 flex-1 items-center gap-3 py-3 pe-3 sm:gap-4 sm:pe-4">
				<span
					aria-hidden="true"
					className="grid size-10 shrink-0 place-items-center rounded-full border border-line bg-sunken text-sm font-semibold text-ink-soft"
				>
					{initialsOf(subject.name)}
				</span>
				<div className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
					<Link
						to="/subjects/$subjectId"
						params={{ subjectId: subject.subject_id }}
						className="truncate font-medium text-ink no-underline after:absolute after:inset-0"
					>
						{name}
					</Link>
					{/* As high while it loads: rows must not jump. */}
					<p className="numbers min-h-6 text-sm text-ink-soft sm:text-end">
						{latest !== undefined && (
							<>
								<span className="font-medium text-ink">{format.length(latest.stature_m, "stature")}</span>
								{" · "}
								{format.mass(latest.mass_kg)}
								{" · "}
								{format.date(latest.created_at)}
								{(bodies.data?.total ?? 0) > 1 && (
									<>
										{" · "}
										{t("bodies", { count: bodies.data?.total ?? 0 })}
									</>
								)}
							</>
						)}
						{bodies.isSuccess && latest === undefined && t("noBody")}
					</p>
				</div>
				<ChevronRight aria-hidden="true" className="size-5 shrink-0 text-ink-soft" />
			</div>
		</li>
	);
}
