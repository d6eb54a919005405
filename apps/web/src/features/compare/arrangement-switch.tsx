import { useTranslation } from "react-i18next";
import { Segmented } from "../../ui/segmented.js";

/** Two bodies beside each other, or one drawn through the other. */
export type Arrangement = "side-by-side" | "overlaid";

/** How two bodies are shown. */
export function ArrangementSwitch({
	value,
	onChange,
}: {
	readonly value: Arrangement;
	readonly onChange: (value: Arrangement) => void;
}) {
	const { t } = useTranslation("compare");
	return (
		<Segmented
			legend={t("arrangement.label")}
			isLegendHidden
			value={value}
			options={[
				{ value: "side-by-side", label: t("arrangement.side") },
				{ value: "overlaid", label: t("arrangement.overlaid") },
			]}
			onChange={onChange}
		/>
	);
}
