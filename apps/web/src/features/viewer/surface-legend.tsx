import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { METERS_PER_INCH } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { Panel } from "./controls.js";
import { DIVERGING, gradientOf, SEQUENTIAL } from "./scene/colour-scale.js";
import type { SurfaceColours } from "./use-surface-colours.js";

/** What the colours mean: the scale, and the same in words. */
export function SurfaceLegend({
	colours,
	problem,
}: {
	readonly colours: SurfaceColours;
	/** Why there are no colours. */
	readonly problem: "noCovariance" | "otherTopology" | null;
}) {
	const { t } = useTranslation("viewer");
	const format = useFormat();
	const { map, error } = colours;
	const isSigned = map?.colouring === "difference";
	const short = (value_m: number) => {
		const isMetric = format.units === "metric";
		const value = isMetric ? 1000 * value_m : value_m / METERS_PER_INCH;
		const sign = !isSigned ? "" : value > 0 ? "+" : "−";
		return `${sign}${format.number(Math.abs(value), isMetric ? 0 : 2)} ${isMetric ? "mm" : "in"}`;
	};
	if (problem !== null || error !== null) {
		return (
			<Panel label={t("heat.label")}>
				<p role="alert">{problem === null ? t("heat.failed") : t(`heat.${problem}`)}</p>
			</Panel>
		);
	}
	if (map === null) return null;
	return (
		<Panel label={t(isSigned ? "heat.differenceLabel" : "heat.label")}>
			<details className="group">
				<summary className="grid min-h-11 cursor-pointer list-none content-center gap-1 [&::-webkit-details-marker]:hidden">
					<span className="flex items-center justify-between gap-2 font-medium">
						{t(isSigned ? "heat.difference" : "heat.title")}
						<ChevronDown aria-hidden="true" className="size-4.5 shrink-0 text-ink-soft group-open:rotate-180" />
					</span>
					<span className="numbers flex items-center gap-2 text-ink-soft">
						<span>{short(map.range_m[0])}</span>
						<span
							aria-hidden="true"
							className="relative h-2.5 grow rounded-full"
							style={{ backgroundImage: gradientOf(isSigned ? DIVERGING : SEQUENTIAL) }}
						>
							{isSigned && <span className="absolute inset-y-0 left-1/2 w-px bg-black/60" />}
						</span>
						<span>{short(map.range_m[1])}</span>
					</span>
					<span className="sr-only">{t("heat.byRegion")}</span>
				</summary>
				<section
					aria-label={t("heat.byRegion")}
					// biome-ignore lint/a11y/noNoninteractiveTabindex: on small screens its content is scrolled
					tabIndex={0}
					className="mt-1 max-h-[min(6rem,8dvh)] overflow-y-auto @2xl:max-h-none"
				>
					<table className="numbers w-full">
						<caption className="sr-only">{t(isSigned ? "heat.difference" : "heat.title")}</caption>
						<tbody>
							{map.regions.map(({ region, mean }) => (
								<tr key={region} className="border-t border-line">
									<th scope="row" className="py-0.5 text-start font-normal">
										{t(`region.${region}`)}
									</th>
									<td className="py-0.5 text-end">{isSigned ? short(mean) : `± ${short(mean)}`}</td>
								</tr>
							))}
						</tbody>
					</table>
				</section>
			</details>
		</Panel>
	);
}

/** Which of two overlaid bodies is which. */
export function OverlayKey({ main, other }: { readonly main: string; readonly other: string }) {
	return (
		<ul className="flex flex-wrap gap-x-4 gap-y-1 rounded-lg border border-line bg-surface/90 px-3 py-1.5 text-sm shadow-card">
			<li className="flex items-center gap-2">
				<span aria-hidden="true" className="size-3 rounded-full border border-line-strong bg-[var(--body)]" />
				{main}
			</li>
			<li className="flex items-center gap-2">
				<span aria-hidden="true" className="size-3 rounded-full border border-line-strong bg-accent" />
				{other}
			</li>
		</ul>
	);
}
