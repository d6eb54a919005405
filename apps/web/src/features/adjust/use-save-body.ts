import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { modelQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { toast } from "../../ui/toasts.js";
import { adjustedValues } from "./adjust-pins.js";
import type { Adjusting } from "./use-adjusting.js";

/** Saves the adjusted body as a new one of the same person and leads to it. The server measures it anew. */
export function useSaveBody(model: ModelDocument, { pins, base, body, discard }: Adjusting) {
	const { t } = useTranslation("adjust");
	const client = useQueryClient();
	const navigate = useNavigate();
	return useMutation({
		mutationFn: (name: string | null) => {
			if (body === null) throw new RangeError("there is nothing to save");
			// The client's types lose the lengths of tuples.
			return answer(
				api.POST("/api/v1/models/{model_id}/adjust", {
					params: { path: { model_id: model.model_id } },
					body: { ...body.shape, ...adjustedValues(pins, base, body), ...(name !== null && { name }) },
				}),
			) as Promise<ModelDocument>;
		},
		onSuccess: async (saved) => {
			client.setQueryData(modelQuery(saved.model_id).queryKey, saved);
			await client.invalidateQueries({ queryKey: ["subjects"] });
			discard();
			await navigate({
				to: "/models/$modelId",
				params: { modelId: saved.model_id },
				search: {},
				ignoreBlocker: true,
			});
			toast(t("saved"));
		},
	});
}
