import { useCallback, useMemo } from "react";
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
	readonly onFocus: (id: string) => void;
}) {
	const { t } = useTranslation("adjust");
	const format = useFormat();
	const nameOf = useMeasurementName();
	const { units } = format;
	const isMass = id === MASS;
	const { length, mass } = format;
	const toShown = useCallback(
		(value: number) => (isMass ? massToShown(value, units) : lengthToShown(value, units)),
		[isMass, units],
	);
	const fromShown = useCallback(
		(shown: number) => (isMass ? massFromShown(shown, units) : lengthFromShown(shown, units)),
		[isMass, units],
	);
	const text = useCallback((value: number) => (isMass ? mass(value) : length(value)), [isMass, mass, length]);
	const onChange = useCallback((next: number) => change((pins) => pin(pins, id, next), id), [change, id]);
	const onPin = useCallback(
		(isPinned: boolean, value: number) => change((pins) => (isPinned ? pin(pins, id, value) : unpin(pins, id)), null),
		[change, id],
	);
	const onFocusHere = useCallback(() => onFocus(id), [onFocus, id]);
	const fitted = base[id];
	const estimate = model.measurements[id];
	const range = useMemo(
		() => sliderRange(fitted ?? 0, estimate?.sigma_m ?? model.mass_sigma_kg, estimate?.definition.kind ?? MASS),
		[fitted, estimate, model.mass_sigma_kg],
	);
	if (fitted === undefined || (!isMass && estimate === undefined)) return null;
	const solved = isMass ? body?.mass_kg : body?.measurements_m[id];
	const wanted = pins[id];
	// While the body follows, the thumb stays where the hand has put it.
	const value = wanted !== undefined && missing === null ? wanted : (solved ?? fitted);
	return (
		<AdjustSlider
			name={isMass ? t("weight") : nameOf(id)}
			unit={isMass ? massUnit(units) : lengthUnit(units)}
			range={range}
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
			toShown={toShown}
			fromShown={fromShown}
			onChange={onChange}
			onPin={onPin}
			onFocus={onFocusHere}
		/>
	);
}
