import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { GitCompareArrows, PencilLine, Trash2, UserX, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { Button, IconButton } from "../../ui/button.js";
import { AnonymizeDialog } from "./anonymize-dialog.js";
import { deleteSubjects } from "./delete-subjects.js";
import { RenameDialog } from "./rename-dialog.js";
import { useSubjectName } from "./subject-name.js";
import { latestModelQuery } from "./subject-row.js";

const ICON = "size-5";

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
			className="sticky bottom-20 z-20 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center justify-center gap-1 rounded-card border border-line-strong bg-surface p-2 shadow-xl sm:bottom-4"
		>
			<p className="numbers px-2 font-medium" role="status">
				{t("selection.count", { count: chosen.length })}
			</p>
			{chosen.length === 2 && (
				<Button
					look="quiet"
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
				<Button look="quiet" icon={<PencilLine aria-hidden="true" className={ICON} />} onClick={() => setRenamed(only)}>
					{t("rename.action")}
				</Button>
			)}
			{identified.length > 0 && (
				<Button
					look="quiet"
					icon={<UserX aria-hidden="true" className={ICON} />}
					onClick={() => setAnonymized(identified.map(({ subject_id }) => subject_id))}
				>
					{t("anonymize.action")}
				</Button>
			)}
			<Button
				look="quiet"
				className="text-bad!"
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
			<IconButton label={t("selection.clear")} onClick={onClear}>
				<X aria-hidden="true" className={ICON} />
			</IconButton>
			<RenameDialog subject={renamed} onClose={() => setRenamed(null)} />
			<AnonymizeDialog ids={anonymized} onClose={() => setAnonymized(null)} onDone={onClear} />
		</section>
	);
}
