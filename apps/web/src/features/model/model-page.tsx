import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { modelQuery } from "../../api/queries.js";
import { Spinner } from "../../ui/button.js";
import { Page } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { ModelView } from "./model-view.js";

/** A fitted body: to look at, measure, understand, adjust, compare and take along. */
export function ModelPage() {
	const { t } = useTranslation("model");
	const { t: common } = useTranslation();
	const { modelId } = useParams({ from: "/personal/models/$modelId" });
	const { data: model, error, isPending, refetch } = useQuery(modelQuery(modelId));
	if (model !== undefined) return <ModelView key={model.model_id} model={model} />;
	return (
		<Page title={t("title")}>
			{isPending ? (
				<p className="grid justify-items-center gap-3 p-16 text-ink-soft">
					<Spinner />
					{common("loading")}
				</p>
			) : (
				<ErrorNotice error={error} onRetry={() => void refetch()} />
			)}
		</Page>
	);
}
