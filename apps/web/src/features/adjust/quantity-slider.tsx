import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import {
	lengthFromShown,
	lengthToShown,
	lengthUnit,
	massFromShown,
	massToShown,
	massUnit,
} from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { MASS, pin, unpin } from "./adjust-pins.js";
import { AdjustSlider } from "./adjust-slider.js";
import { sliderRange } from "./slider-range.js";
import type { Adjusting } from "./use-adjusting.js";

/** Differences that show at the first decimal. */
const VISIBLE_M = 5e-4;
const VISIBLE_KG = 0.05;

/** The slider of a measurement, or of the mass. */
export function QuantitySlider({
	id,
	model,
	adjusting: { base, pins, body, status, change },
	missing,
	onFocus,
}: {
	readonly id: string;
	readonly model: ModelDocument;
	readonly adjusting: Adjusting;
	/** By how much the wanted value is missed; metres or kilograms. */
	readonly missing: number | null;
	readonly onFocus: () => void;
}) {
	const { t } = useTranslation("adjust");
	const format = useFormat();
	const nameOf = useMeasurementName();
	const { units } = format;
	const isMass = id === MASS;
	const fitted = base[id];
	const estimate = model.measurements[id];
	if (fitted === undefined || (!isMass && estimate === undefined)) return null;
	const solved = isMass ? body?.mass_kg : body?.measurements_m[id];
	const wanted = pins[id];
	// While the body follows, the thumb stays where the hand has put it.
	const value = wanted !== undefined && missing === null ? wanted : (solved ?? fitted);
	const text = isMass ? format.mass : (value_m: number) => format.length(value_m);
	return (
		<AdjustSlider
			name={isMass ? t("weight") : nameOf(id)}
			unit={isMass ? massUnit(units) : lengthUnit(units)}
			range={sliderRange(fitted, estimate?.sigma_m ?? model.mass_sigma_kg, estimate?.definition.kind ?? MASS)}
			interval={estimate?.interval90_m ?? model.mass_interval90_kg}
			fitted={fitted}
			value={value}
			isPinned={wanted !== undefined}
			isChanged={Math.abs(value - fitted) > (isMass ? VISIBLE_KG : VISIBLE_M)}
			isDisabled={status !== "ready"}
			missedText={
				missing === null || wanted === undefined ? null : t("missed", { wanted: text(wanted), missing: text(missing) })
			}
			format={text}
			toShown={(value) => (isMass ? massToShown(value, units) : lengthToShown(value, units))}
			fromShown={(shown) => (isMass ? massFromShown(shown, units) : lengthFromShown(shown, units))}
			onChange={(next) => change(pin(pins, id, next), id)}
			onPin={(isPinned) => change(isPinned ? pin(pins, id, value) : unpin(pins, id), null)}
			onFocus={onFocus}
		/>
	);
}
