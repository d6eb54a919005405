import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { ForbiddenPage } from "../../auth/forbidden-page.js";
import { ButtonLink } from "../../ui/button.js";
import { EmptyState, Page } from "../../ui/card.js";
import { Field, Select } from "../../ui/field.js";
import { Loading } from "../../ui/loading.js";
import { ErrorNotice } from "../../ui/notice.js";
import { CsvButton } from "./csv-button.js";
import { MeasurementRows } from "./measurement-rows.js";
import { useQuantityNames } from "./quantity-names.js";
import { researchQuery } from "./research-queries.js";
import { SummaryTable } from "./summary-table.js";

/** Measurements without identity, for those who do research on them. */
export function ResearchPage() {
	const { t } = useTranslation("research");
	const role = useAuth((state) => state.user?.role);
	if (role !== "researcher" && role !== "admin") return <ForbiddenPage title={t("title")} needed="researcher" />;
	return <Measurements />;
}

function Measurements() {
	const { t } = useTranslation("research");
	const [type, setType] = useState("");
	const names = useQuantityNames();
	const list = useInfiniteQuery(researchQuery(type));
	const rows = list.data?.pages.flatMap((page) => page.measurements) ?? [];
	const isEmpty = list.isSuccess && rows.length === 0;
	return (
		<Page title={t("title")} lead={t("lead")} isWide actions={!isEmpty && <CsvButton type={type} />}>
			<details className="mb-6 max-w-prose rounded-lg border border-line bg-surface px-4 py-3">
				<summary className="min-h-6 font-medium">{t("whom.title")}</summary>
				<Whom />
			</details>
			<div className="mb-6 max-w-sm">
				<Field label={t("filter")}>
					{(control) => (
						<Select {...control} value={type} onChange={(event) => setType(event.target.value)}>
							<option value="">{t("all")}</option>
							{names.map(({ id, name }) => (
								<option key={id} value={id}>
									{name}
								</option>
							))}
						</Select>
					)}
				</Field>
			</div>
			{list.isPending && <Loading />}
			{list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
			{isEmpty && (
				<EmptyState
					title={t("empty.title")}
					action={
						<>
							<ButtonLink to="/subjects">{t("empty.people")}</ButtonLink>
							<ButtonLink to="/account">{t("empty.consent")}</ButtonLink>
						</>
					}
				>
					<p>{t("empty.text")}</p>
				</EmptyState>
			)}
			{rows.length > 0 && (
				<div className="grid grid-cols-1 gap-8">
					<SummaryTable rows={rows} isPartial={list.hasNextPage} />
					{/* A new filter begins at the first page. */}
					<MeasurementRows
						key={type}
						rows={rows}
						hasMore={list.hasNextPage}
						isLoading={list.isFetchingNextPage}
						onMore={() => list.fetchNextPage()}
					/>
				</div>
			)}
		</Page>
	);
}

function Whom() {
	const { t } = useTranslation("research");
	return (
		<div className="mt-2 grid gap-2 text-ink-soft">
			<p>{t("whom.contains")}</p>
			<ul className="list-disc ps-5">
				<li>{t("whom.anonymized")}</li>
				<li>{t("whom.agreed")}</li>
				<li>{t("whom.accepted")}</li>
			</ul>
			<p>{t("whom.ids")}</p>
			<p>{t("whom.audit")}</p>
		</div>
	);
}
