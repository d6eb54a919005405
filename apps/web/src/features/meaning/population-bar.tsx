import {
	type AdultMeasure,
	adultPercentileRange,
	adultValue,
	type Estimate,
	type Sex,
	Z90,
} from "@anny-fitter/reference";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { populationCurve } from "./population-curve.js";
import { wholePercentile } from "./whole-percentile.js";

const WIDTH = 320;
const HEIGHT = 44;
const BASE = 36;

/** One measurement on the distribution of a population: curve, middle, the body's value and its interval. */
export function PopulationBar({
	measure,
	sex,
	name,
	estimate,
}: {
	readonly measure: AdultMeasure;
	readonly sex: Sex;
	readonly name: string;
	readonly estimate: Estimate;
}) {
	const { t } = useTranslation("meaning");
	const format = useFormat();
	const low = estimate.value - Z90 * estimate.sigma;
	const high = estimate.value + Z90 * estimate.sigma;
	const curve = useMemo(() => populationCurve(measure, sex, [low, high]), [measure, sex, low, high]);
	const percentile = adultPercentileRange(measure, sex, estimate);
	const show = (value: number) => {
		if (measure === "mass") return format.mass(value);
		return format.length(value, measure === "stature" ? "stature" : "length");
	};
	const rank = useRankText()(percentile.value);
	const range = t("percentiles.range", {
		low: wholePercentile(percentile.low),
		high: wholePercentile(percentile.high),
	});
	const x = (value: number) => WIDTH * curve.place(value);
	const line = curve.points.map((point) => `${(WIDTH * point.x).toFixed(1)},${(BASE - 32 * point.height).toFixed(1)}`);
	const median = adultValue(measure, sex, 50);
	return (
		<div className="py-3">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<h3>{name}</h3>
				<p className="numbers font-medium">{show(estimate.value)}</p>
			</div>
			<svg
				viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
				preserveAspectRatio="none"
				className="mt-1 block h-12 w-full"
				role="img"
				aria-label={t("percentiles.barName", { name, value: show(estimate.value), rank, range })}
			>
				<polygon points={`0,${BASE} ${line.join(" ")} ${WIDTH},${BASE}`} className="fill-sunken" />
				<polyline points={line.join(" ")} className="fill-none stroke-line-strong" vectorEffect="non-scaling-stroke" />
				<line x1="0" x2={WIDTH} y1={BASE} y2={BASE} className="stroke-line-strong" vectorEffect="non-scaling-stroke" />
				<line
					x1={x(median)}
					x2={x(median)}
					y1="4"
					y2={BASE}
					strokeDasharray="3 3"
					className="stroke-line-strong"
					vectorEffect="non-scaling-stroke"
				/>
				<rect x={x(low)} width={Math.max(x(high) - x(low), 1)} y="4" height={BASE - 4} className="fill-accent/25" />
				<line
					x1={x(estimate.value)}
					x2={x(estimate.value)}
					y1="1"
					y2={HEIGHT - 3}
					strokeWidth="3"
					className="stroke-accent"
					vectorEffect="non-scaling-stroke"
				/>
			</svg>
			<div className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
				<p>
					<span className="font-medium text-ink">{rank}</span> <span className="numbers">({range})</span>
				</p>
				<p className="numbers">{t("percentiles.median", { value: show(median) })}</p>
			</div>
		</div>
	);
}

/** How a value ranks among a hundred people, in words. */
function useRankText() {
	const { t } = useTranslation("meaning");
	return (percentile: number): string => {
		if (percentile < 1) return t("percentiles.smallerThanAll");
		if (percentile > 99) return t("percentiles.largerThanAll");
		return t("percentiles.largerThan", { value: wholePercentile(percentile) });
	};
}
