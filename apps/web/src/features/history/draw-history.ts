import "uplot/dist/uPlot.min.css";
import UPlot from "uplot";
import type { HistoryPoint } from "./history-points.js";

const HEIGHT_PX = 220;
const CAP_PX = 4;
const DOT_PX = 4;
const DAY_S = 86_400;

/**
 * Draws a course with error bars into an element, in the page's colours.
 *
 * @param toShown from metres or kilograms to the numbers on the axis
 * @returns takes it away
 */
export function drawHistory(
	element: HTMLElement,
	points: readonly HistoryPoint[],
	toShown: (value: number) => number,
	unit: string,
	locale: string,
): () => void {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string) => style.getPropertyValue(name).trim();
	const times = points.map((point) => point.time_s);
	const column = (pick: (point: HistoryPoint) => number) => points.map((point) => toShown(pick(point)));
	const data: UPlot.AlignedData = [times, column((p) => p.value), column((p) => p.low), column((p) => p.high)];
	const span_s = (times.at(-1) ?? 0) - (times[0] ?? 0);
	const font = "12px ui-sans-serif, system-ui, sans-serif";
	const axis = { stroke: colour("--ink-soft"), font, ticks: { show: false } };
	const plot = new UPlot(
		{
			width: element.clientWidth,
			height: HEIGHT_PX,
			cursor: { show: false },
			legend: { show: false },
			padding: [12, 16, 0, 0],
			scales: {
				x: {
					time: true,
					range: (_, min, max) => padded(min, max, Math.max(0.08 * (max - min), span_s === 0 ? DAY_S : 0)),
				},
				y: {
					range: () => {
						const [low, high] = [Math.min(...column((p) => p.low)), Math.max(...column((p) => p.high))];
						return padded(low, high, 0.1 * (high - low) || 1);
					},
				},
			},
			axes: [
				{
					...axis,
					grid: { show: false },
					space: 90,
					values: (_, splits) => splits.map((s) => dateText(s, span_s, locale)),
				},
				{
					...axis,
					grid: { stroke: colour("--line"), width: 1 },
					size: 56,
					values: (_, splits) => splits.map((value) => new Intl.NumberFormat(locale).format(value)),
					label: unit,
					labelFont: font,
					labelSize: 18,
				},
			],
			series: [
				{},
				{ stroke: colour("--accent"), width: 2, points: { show: false } },
				{ stroke: "transparent", points: { show: false } },
				{ stroke: "transparent", points: { show: false } },
			],
			hooks: { draw: [(u) => drawErrorBars(u, colour("--accent"), colour("--surface"))] },
		},
		data,
		element,
	);
	const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
	observer.observe(element);
	return () => {
		observer.disconnect();
		plot.destroy();
	};
}

function padded(min: number, max: number, by: number): [number, number] {
	return [min - by, max + by];
}

function dateText(time_s: number, span_s: number, locale: string): string {
	const options: Intl.DateTimeFormatOptions =
		span_s > 300 * DAY_S
			? { month: "short", year: "numeric" }
			: span_s > DAY_S || span_s === 0
				? { day: "numeric", month: "short" }
				: { hour: "numeric", minute: "2-digit" };
	return new Intl.DateTimeFormat(locale, options).format(new Date(time_s * 1000));
}

function drawErrorBars(plot: UPlot, stroke: string, fill: string): void {
	const { ctx, data } = plot;
	const [times, values, lows, highs] = data;
	const ratio = devicePixelRatio;
	ctx.save();
	ctx.strokeStyle = stroke;
	ctx.fillStyle = fill;
	ctx.lineWidth = 1.5 * ratio;
	times.forEach((time, i) => {
		const x = plot.valToPos(time, "x", true);
		const [y, low, high] = [values, lows, highs].map((column) => plot.valToPos(column?.[i] ?? 0, "y", true)) as [
			number,
			number,
			number,
		];
		ctx.beginPath();
		ctx.moveTo(x, low);
		ctx.lineTo(x, high);
		for (const end of [low, high]) {
			ctx.moveTo(x - CAP_PX * ratio, end);
			ctx.lineTo(x + CAP_PX * ratio, end);
		}
		ctx.stroke();
		ctx.beginPath();
		ctx.arc(x, y, DOT_PX * ratio, 0, 2 * Math.PI);
		ctx.fill();
		ctx.stroke();
	});
	ctx.restore();
}
