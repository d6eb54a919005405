import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import type { useMeasurementTexts } from "./tape-labels.js";
import type { ViewerState } from "./viewer-state.js";

/** Changes are spoken when they have settled for this long. */
const SETTLED_MS = 700;

/** What the picture shows, in a few sentences for people who do not see it. */
export function useDescription(
	model: ModelDocument,
	state: ViewerState,
	selected: string | null,
	otherName: string | null,
	textsOf: ReturnType<typeof useMeasurementTexts>,
): string {
	const { t } = useTranslation("viewer");
	const format = useFormat();
	const pose =
		typeof state.pose === "number" ? t("describe.photoPose", { number: state.pose + 1 }) : t(`pose.${state.pose}`);
	const parts = [
		t("describe.body", { stature: format.length(model.stature_m, "stature"), pose }),
		state.photo === null
			? t("describe.view", { view: t(`view.${state.view ?? "free"}`) })
			: t("describe.overPhoto", { number: state.photo + 1 }),
	];
	if (otherName !== null) parts.push(t("describe.other", { name: otherName }));
	if (state.colouring !== "plain") parts.push(t(`describe.${state.colouring}`));
	if (selected !== null) {
		const { name, value, interval } = textsOf(selected);
		parts.push(t("describe.selected", { name, value, interval: interval ?? "" }).trim());
	}
	return parts.join(" ");
}

/** Says the description politely when it has changed. */
export function SpokenDescription({ text }: { readonly text: string }) {
	const [spoken, setSpoken] = useState("");
	useEffect(() => {
		const timer = setTimeout(() => setSpoken(text), SETTLED_MS);
		return () => clearTimeout(timer);
	}, [text]);
	return (
		<p className="sr-only" role="status" aria-live="polite">
			{spoken}
		</p>
	);
}
