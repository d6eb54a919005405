import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { modelQuery, subjectQuery } from "../../api/queries.js";
import { Spinner } from "../../ui/button.js";
import { Page } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { ReportSheet } from "./report-sheet.js";

/** A body on paper. */
export function ReportPage() {
	const { t } = useTranslation("report");
	const { modelId } = useParams({ from: "/personal/models/$modelId/report" });
	const model = useQuery(modelQuery(modelId));
	const subject_id = model.data?.subject_id;
	const subject = useQuery({ ...subjectQuery(subject_id ?? ""), enabled: subject_id !== undefined });
	if (model.data !== undefined && !subject.isPending) return <ReportSheet model={model.data} subject={subject.data} />;
	return (
		<Page title={t("title")}>
			{model.isError ? <ErrorNotice error={model.error} onRetry={() => void model.refetch()} /> : <Spinner />}
		</Page>
	);
}
