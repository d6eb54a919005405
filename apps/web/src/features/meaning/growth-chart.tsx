import { type Estimate, type GrowthMeasure, growthValue, type Sex, Z90 } from "@anny-fitter/reference";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { lengthToShown, lengthUnit, massToShown, massUnit } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { niceTicks } from "./nice-ticks.js";

const WIDTH = 320;
const HEIGHT = 230;
const LEFT = 32;
const RIGHT = WIDTH - 24;
const TOP = 20;
const BOTTOM = HEIGHT - 34;
const PERCENTILES = [3, 10, 25, 50, 75, 90, 97] as const;
/** Curves with their number beside them; more would overlap. */
const LABELLED = new Set<number>([3, 50, 97]);
const AGES = [2, 4, 6, 8, 10, 12, 14, 16, 18];
const LAST_AGE = 18;

/** Percentile curves of one measure over age with a child's value and its interval. */
export function GrowthChart({
	measure,
	sex,
	ageYears,
	estimate,
	label,
}: {
	readonly measure: GrowthMeasure;
	readonly sex: Sex;
	readonly ageYears: number;
	readonly estimate: Estimate;
	readonly label: string;
}) {
	const { t } = useTranslation("meaning");
	const { units } = useFormat();
	const [toShown, unit] =
		measure === "stature"
			? [(value: number) => lengthToShown(value, units), lengthUnit(units)]
			: measure === "weight"
				? [(value: number) => massToShown(value, units), massUnit(units)]
				: [(value: number) => value, "kg/m²"];
	const curves = useMemo(() => percentileCurves(measure, sex), [measure, sex]);
	const low = estimate.value - Z90 * estimate.sigma;
	const high = estimate.value + Z90 * estimate.sigma;
	const values = curves.flatMap((curve) => curve.points.map((point) => point.value));
	const axis = { low: toShown(Math.min(...values, low)), high: toShown(Math.max(...values, high)) };
	const ticks = niceTicks(axis.low, axis.high);
	const x = (age: number) => LEFT + ((age - 2) / (LAST_AGE - 2)) * (RIGHT - LEFT);
	const y = (value: number) => BOTTOM - ((toShown(value) - axis.low) / (axis.high - axis.low)) * (BOTTOM - TOP);
	const tickY = (tick: number) => BOTTOM - ((tick - axis.low) / (axis.high - axis.low)) * (BOTTOM - TOP);
	return (
		<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="mt-2 block w-full max-w-lg" role="img" aria-label={label}>
			{ticks.map((tick) => (
				<g key={tick}>
					<line x1={LEFT} x2={RIGHT} y1={tickY(tick)} y2={tickY(tick)} className="stroke-line" />
					<text
						x={LEFT - 5}
						y={tickY(tick) + 4}
						textAnchor="end"
						className="numbers fill-ink-soft text-[12px] min-[480px]:text-[8.5px]"
					>
						{tick}
					</text>
				</g>
			))}
			{AGES.map((age) => (
				<text
					key={age}
					x={x(age)}
					y={BOTTOM + 16}
					textAnchor="middle"
					className="numbers fill-ink-soft text-[12px] min-[480px]:text-[8.5px]"
				>
					{age}
				</text>
			))}
			<text x="0" y={TOP - 9} className="fill-ink-soft text-[12px] min-[480px]:text-[8.5px]">
				{unit}
			</text>
			<text
				x={(LEFT + RIGHT) / 2}
				y={HEIGHT - 4}
				textAnchor="middle"
				className="fill-ink-soft text-[12px] min-[480px]:text-[8.5px]"
			>
				{t("growth.age")}
			</text>
			{curves.map(({ percentile, points }) => (
				<g key={percentile}>
					<polyline
						points={points.map(({ age, value }) => `${x(age).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
						className="fill-none stroke-line-strong"
						strokeWidth={percentile === 50 ? 2 : 1}
					/>
					{LABELLED.has(percentile) && (
						<text
							x={RIGHT + 4}
							y={y(points.at(-1)?.value ?? 0) + 4}
							className="numbers fill-ink-soft text-[12px] min-[480px]:text-[8.5px]"
						>
							{percentile}
						</text>
					)}
				</g>
			))}
			<line x1={x(ageYears)} x2={x(ageYears)} y1={y(low)} y2={y(high)} className="stroke-accent" strokeWidth="2.5" />
			<circle cx={x(ageYears)} cy={y(estimate.value)} r="4" className="fill-accent stroke-surface" strokeWidth="1" />
		</svg>
	);
}

function percentileCurves(measure: GrowthMeasure, sex: Sex) {
	return PERCENTILES.map((percentile) => ({
		percentile,
		points: Array.from({ length: 33 }, (_, i) => {
			const age = 2 + (i / 32) * (LAST_AGE - 2);
			return { age, value: growthValue(measure, sex, age, percentile) };
		}),
	}));
}
