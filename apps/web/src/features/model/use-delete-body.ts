import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client.js";
import type { ModelDocument, ModelPage } from "../../api/types.js";
import { useProblemText } from "../../ui/notice.js";
import { toast, undoable } from "../../ui/toasts.js";

/** Deletes a body after a while in which that can be undone, and leads to its person meanwhile. */
export function useDeleteBody(): (model: ModelDocument) => Promise<void> {
	const { t } = useTranslation("model");
	const { t: common } = useTranslation();
	const problemText = useProblemText();
	const client = useQueryClient();
	const navigate = useNavigate();
	return async ({ model_id, subject_id }) => {
		const models = { queryKey: ["subjects", subject_id, "models"] };
		const goBack = () => navigate({ to: "/models/$modelId", params: { modelId: model_id } });
		await navigate({ to: "/subjects/$subjectId", params: { subjectId: subject_id } });
		client.setQueriesData<ModelPage>(models, (page) =>
			page?.models?.some((model) => model.model_id === model_id)
				? { ...page, models: page.models.filter((model) => model.model_id !== model_id), total: page.total - 1 }
				: page,
		);
		undoable(t("delete.done"), common("undo"), {
			run: () => {
				// The page may be closing: the request has to outlive it.
				api
					.DELETE("/api/v1/models/{model_id}", { params: { path: { model_id } }, keepalive: true })
					.then(() => client.removeQueries({ queryKey: ["models", model_id] }))
					.catch((error: unknown) => toast(problemText(error).detail))
					.finally(() => void client.invalidateQueries(models));
			},
			undo: () => {
				void client.invalidateQueries(models);
				void goBack();
			},
		});
	};
}
