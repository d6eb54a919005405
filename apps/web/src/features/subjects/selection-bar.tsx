import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { GitCompareArrows, PencilLine, Trash2, UserX, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { RenameDialog } from "../../subjects/rename-dialog.js";
import { useSubjectName } from "../../subjects/subject-name.js";
import { Button, IconButton } from "../../ui/button.js";
import { AnonymizeDialog } from "./anonymize-dialog.js";
import { deleteSubjects } from "./delete-subjects.js";
import { latestModelQuery } from "./subject-row.js";

const ICON = "size-5 shrink-0";
/** On phones the words stand below the picture, so that all actions fit side by side. */
const ACTION = "max-sm:flex-col max-sm:gap-0.5 max-sm:px-1.5 max-sm:text-xs";

/** What can be done with the people that are ticked. */
export function SelectionBar({
	chosen,
	onClear,
}: {
	readonly chosen: readonly SubjectDocument[];
	readonly onClear: () => void;
}) {
	const { t } = useTranslation("subjects");
	const navigate = useNavigate();
	const nameOf = useSubjectName();
	const [renamed, setRenamed] = useState<SubjectDocument | null>(null);
	const [anonymized, setAnonymized] = useState<readonly string[] | null>(null);
	const newest = useQueries({ queries: chosen.map(({ subject_id }) => latestModelQuery(subject_id)) });
	const models = newest.flatMap(({ data }) => data?.models[0] ?? []);
	const [a, b] = [...models].sort((one, other) => one.created_at.localeCompare(other.created_at));
	const only = chosen.length === 1 ? chosen[0] : undefined;
	const identified = chosen.filter((subject) => !subject.anonymized);
	return (
		<section
			aria-label={t("selection.label")}
			className="sticky bottom-18 z-20 mx-auto mt-4 flex max-w-full items-stretch justify-between gap-1 rounded-card border border-line-strong bg-surface p-1.5 shadow-xl sm:bottom-4 sm:w-fit sm:items-center"
		>
			<IconButton label={t("selection.clear")} onClick={onClear}>
				<X aria-hidden="true" className={ICON} />
			</IconButton>
			<p className="numbers flex items-center pe-2 font-medium" role="status">
				<span aria-hidden="true" className="sm:hidden">
					{chosen.length}
				</span>
				<span className="max-sm:sr-only">{t("selection.count", { count: chosen.length })}</span>
			</p>
			{chosen.length === 2 && (
				<Button
					look="quiet"
					className={ACTION}
					icon={<GitCompareArrows aria-hidden="true" className={ICON} />}
					disabled={a === undefined || b === undefined}
					title={a === undefined || b === undefined ? t("selection.compareNeedsBodies") : undefined}
					onClick={() => {
						if (a === undefined || b === undefined) return;
						void navigate({ to: "/compare", search: { a: a.model_id, b: b.model_id } });
					}}
				>
					{t("selection.compare")}
				</Button>
			)}
			{only !== undefined && !only.anonymized && (
				<Button
					look="quiet"
					className={ACTION}
					icon={<PencilLine aria-hidden="true" className={ICON} />}
					onClick={() => setRenamed(only)}
				>
					{t("rename.action")}
				</Button>
			)}
			{identified.length > 0 && (
				<Button
					look="quiet"
					className={ACTION}
					icon={<UserX aria-hidden="true" className={ICON} />}
					onClick={() => setAnonymized(identified.map(({ subject_id }) => subject_id))}
				>
					{t("anonymize.action")}
				</Button>
			)}
			<Button
				look="quiet"
				className={`${ACTION} text-bad!`}
				icon={<Trash2 aria-hidden="true" className={ICON} />}
				onClick={() => {
					deleteSubjects(
						chosen.map(({ subject_id }) => subject_id),
						only === undefined ? null : nameOf(only),
					);
					onClear();
				}}
			>
				{t("common:delete")}
			</Button>
			<RenameDialog subject={renamed} onClose={() => setRenamed(null)} />
			<AnonymizeDialog ids={anonymized} onClose={() => setAnonymized(null)} onDone={onClear} />
		</section>
	);
}
