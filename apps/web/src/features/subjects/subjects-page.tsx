import { useInfiniteQuery } from "@tanstack/react-query";
import { Search, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ButtonLink } from "../../ui/button.js";
import { EmptyState, Page } from "../../ui/card.js";
import { Select, TextInput } from "../../ui/field.js";
import { Loading } from "../../ui/loading.js";
import { MoreButton } from "../../ui/more-button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { useSettled } from "../../ui/use-settled.js";
import { useHiddenSubjects } from "./delete-subjects.js";
import { NewSubjectDialog } from "./new-subject-dialog.js";
import { SelectionBar } from "./selection-bar.js";
import { endlessSubjectsQuery, SUBJECT_ORDERS, type SubjectOrder } from "./subject-queries.js";
import { SubjectRow } from "./subject-row.js";

/** Everybody who was measured: search, sort, open, select several to compare or delete. */
export function SubjectsPage() {
	const { t } = useTranslation("subjects");
	const [typed, setTyped] = useState("");
	const search = useSettled(typed.trim());
	const [order, setOrder] = useState<SubjectOrder>("-created_at");
	const [isCreating, setCreating] = useState(false);
	const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
	const hidden = useHiddenSubjects();
	const list = useInfiniteQuery({
		...endlessSubjectsQuery(search, order),
		// The list stays while a word is typed.
		placeholderData: (previous) => previous,
	});
	const loaded = list.data?.pages.flatMap((page) => page.subjects) ?? [];
	const shown = loaded.filter(({ subject_id }) => !hidden.has(subject_id));
	const total = Math.max(0, (list.data?.pages.at(-1)?.total ?? 0) - (loaded.length - shown.length));
	const chosen = shown.filter(({ subject_id }) => selected.has(subject_id));
	const select = (id: string, isSelected: boolean) => {
		const ids = new Set(selected);
		if (isSelected) ids.add(id);
		else ids.delete(id);
		setSelected(ids);
	};
	const newPerson = (
		<Button icon={<UserPlus aria-hidden="true" className="size-5" />} onClick={() => setCreating(true)}>
			{t("new.action")}
		</Button>
	);
	const isEmpty = list.isSuccess && total === 0 && typed.trim() === "" && search === "";
	return (
		<Page title={t("title")} lead={t("lead")} actions={isEmpty ? undefined : newPerson}>
			{!isEmpty && (
				<search className="mb-4 flex flex-wrap gap-3">
					<div className="relative min-w-0 flex-1 basis-44">
						<Search
							aria-hidden="true"
							className="pointer-events-none absolute inset-y-0 start-3 my-auto size-5 text-ink-soft"
						/>
						<TextInput
							type="search"
							aria-label={t("search")}
							className="ps-10"
							placeholder={t("search")}
							maxLength={255}
							value={typed}
							onChange={(event) => setTyped(event.target.value)}
						/>
					</div>
					<div className="grow sm:grow-0">
						<Select
							aria-label={t("order")}
							value={order}
							onChange={(event) => setOrder(event.target.value as SubjectOrder)}
						>
							{SUBJECT_ORDERS.map((one) => (
								<option key={one} value={one}>
									{t(`orders.${one}`)}
								</option>
							))}
						</Select>
					</div>
				</search>
			)}
			{list.isPending && <Loading />}
			{list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
			{isEmpty && (
				<EmptyState
					title={t("empty.title")}
					action={
						<>
							<ButtonLink look="primary" to="/measure">
								{t("empty.measure")}
							</ButtonLink>
							{newPerson}
						</>
					}
				>
					{t("empty.text")}
				</EmptyState>
			)}
			{list.isSuccess && total === 0 && !isEmpty && (
				<EmptyState title={t("none.title", { search: search || typed })}>{t("none.text")}</EmptyState>
			)}
			<p role="status" className="sr-only">
				{list.isSuccess && !list.isPlaceholderData ? t("count", { count: total }) : ""}
			</p>
			{shown.length > 0 && (
				<ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface shadow-card">
					{shown.map((subject) => (
						<SubjectRow
							key={subject.subject_id}
							subject={subject}
							isSelected={selected.has(subject.subject_id)}
							onSelect={(isSelected) => select(subject.subject_id, isSelected)}
						/>
					))}
				</ul>
			)}
			{shown.length > 0 && (
				<div className="mt-4 flex flex-wrap items-center justify-between gap-3 text-sm text-ink-soft">
					<p>{t("shown", { shown: shown.length, count: total })}</p>
					<MoreButton list={list} label={t("more")} />
				</div>
			)}
			{chosen.length > 0 && <SelectionBar chosen={chosen} onClear={() => setSelected(new Set())} />}
			<NewSubjectDialog isOpen={isCreating} onClose={() => setCreating(false)} />
		</Page>
	);
}
