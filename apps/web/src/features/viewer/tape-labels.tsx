import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import type { BodyTape } from "../../body/body-types.js";
import { lengthToShown } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { classNames } from "../../ui/class-names.js";
import type { SceneLabels } from "./scene/viewer-canvas.js";

const LABEL =
	"pointer-events-none absolute start-0 top-0 invisible w-max max-w-56 rounded-lg border border-line bg-surface/95 px-2.5 py-1.5 text-sm leading-snug text-ink shadow-card";

/** A measurement as the viewer says it; while the body is being adjusted it has no interval. */
export function useMeasurementTexts(
	model: ModelDocument,
	tapes: readonly BodyTape[],
	isAdjusted: boolean,
): (id: string) => { readonly name: string; readonly value: string; readonly interval: string | null } {
	const { t } = useTranslation("viewer");
	const format = useFormat();
	const nameOf = useMeasurementName();
	return (id) => {
		const estimate = model.measurements[id];
		const tape = tapes.find((one) => one.id === id && one.side !== "left");
		const kind = id === "stature" ? "stature" : "length";
		const value_m = isAdjusted ? (tape?.value_m ?? null) : (estimate?.value_m ?? tape?.value_m ?? null);
		return {
			name: nameOf(id),
			value: value_m === null ? "" : format.length(value_m, kind),
			interval:
				isAdjusted || estimate === undefined
					? null
					: t("label.interval", {
							// The unit once, except for feet and inches.
							low:
								kind === "stature" && format.units === "imperial"
									? format.length(estimate.interval90_m[0], kind)
									: format.number(lengthToShown(estimate.interval90_m[0], format.units)),
							high: format.length(estimate.interval90_m[1], kind),
						}),
		};
	};
}

/** Texts that stand in the picture; {@link LabelAnchor} moves them. Screen readers hear the viewer's description instead. */
export function TapeLabels({
	labels,
	selected,
	hovered,
	textsOf,
	names,
}: {
	readonly labels: SceneLabels;
	readonly selected: string | null;
	readonly hovered: string | null;
	readonly textsOf: ReturnType<typeof useMeasurementTexts>;
	/** Of two bodies side by side. */
	readonly names: { readonly main: string; readonly other: string } | null;
}) {
	const chosen = selected === null ? null : textsOf(selected);
	const under = hovered === null || hovered === selected ? null : textsOf(hovered);
	return (
		<div aria-hidden="true" className="pointer-events-none absolute inset-0 overflow-hidden">
			<Name label={labels.main} text={names?.main ?? ""} />
			<Name label={labels.other} text={names?.other ?? ""} />
			<div ref={labels.hovered} className={LABEL}>
				{under !== null && (
					<p data-line>
						{under.name} {under.value}
					</p>
				)}
			</div>
			<div ref={labels.selected} className={`${LABEL} border-tape!`}>
				{chosen !== null && (
					<>
						<p data-line className="text-ink-soft">
							{chosen.name}
						</p>
						<p data-line className="numbers text-base font-semibold">
							{chosen.value}
						</p>
						{chosen.interval !== null && (
							<p data-line className="numbers text-xs text-ink-soft">
								{chosen.interval}
							</p>
						)}
					</>
				)}
			</div>
		</div>
	);
}

function Name({ label, text }: { readonly label: RefObject<HTMLDivElement | null>; readonly text: string }) {
	return (
		<div ref={label} className={classNames(LABEL, "max-w-[calc(50%-0.75rem)]! px-2! py-1! text-xs!")}>
			<p data-line className="line-clamp-1 wrap-anywhere font-medium">
				{text}
			</p>
		</div>
	);
}
