import type { DerivedId, Ranged } from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";

const DIGITS: Record<DerivedId, number> = {
	bmi: 1,
	waist_to_hip: 2,
	waist_to_height: 2,
	body_fat: 0,
	body_surface: 2,
	body_roundness: 1,
	body_shape_index: 4,
	resting_energy: 0,
};

/** Writes derived values with as many digits as they carry. */
export function useDerivedFormat() {
	const { t } = useTranslation("meaning");
	const format = useFormat();
	const number = (id: DerivedId, amount: number): string => {
		if (id === "body_fat") return format.percent(amount / 100);
		return format.number(id === "resting_energy" ? 10 * Math.round(amount / 10) : amount, DIGITS[id]);
	};
	const withUnit = (id: DerivedId, amount: number): string => {
		if (id === "body_surface") return `${number(id, amount)} m²`;
		return id === "resting_energy" ? `${number(id, amount)} ${t("derived.perDay")}` : number(id, amount);
	};
	return {
		/** A number without its unit. */
		number,
		/** The value with its unit, or where only a range is honest, the range. */
		headline: (id: DerivedId, { value, low, high }: Ranged): string =>
			id === "body_fat" ? `${number(id, low)} – ${number(id, high)}` : withUnit(id, value),
		/** A probability, never told as certain. */
		share: (probability: number): string => {
			if (probability > 0.99) return `> ${format.percent(0.99)}`;
			return probability < 0.01 ? `< ${format.percent(0.01)}` : format.percent(probability);
		},
	};
}
