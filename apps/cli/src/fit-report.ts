import type { ResultDocument } from "@anny-fitter/contracts";
import { interval90 } from "@anny-fitter/math";
import type { TextStyle } from "./console-io.js";
import {
	formatArea,
	formatDuration,
	formatLength,
	formatMass,
	formatPercent,
	formatSize,
	formatVolume,
	halfWidth,
} from "./format-values.js";
import { printableText } from "./printable-text.js";
import { layOutTable } from "./table.js";

/** A file that was written, for the report. */
export interface WrittenFile {
	readonly name: string;
	readonly size_bytes: number;
}

/**
 * The result of a fit as a person reads it on a terminal.
 *
 * @param document the result
 * @param folder where the files are
 * @param files what was written there
 * @param style colours
 * @returns text that ends with a line feed
 */
export function renderFitReport(
	document: ResultDocument,
	folder: string,
	files: readonly WrittenFile[],
	style: TextStyle,
): string {
	const sections = [
		renderMeasurements(document, style),
		...renderImageMeasurements(document, style),
		renderQuality(document, style),
		[
			style.bold(`Written to ${printableText(folder)}`),
			...files.map((file) => `  ${printableText(file.name)} ${style.dim(`(${formatSize(file.size_bytes)})`)}`),
		],
		[style.dim(renderTimings(document.timings_ms))],
	];
	return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function renderMeasurements(document: ResultDocument, style: TextStyle): string[] {
	const rows = Object.entries(document.measurements).map(([id, estimate]) => [
		id,
		formatLength(estimate.value_m),
		`± ${formatLength(halfWidth(estimate.interval90_m))}`,
		formatPercent(estimate.confidence),
		estimate.sources.join(", "),
	]);
	const stated = document.stated.weight_kg === undefined ? "body volume" : "stated";
	rows.push([
		"weight",
		formatMass(document.mass_kg),
		`± ${formatMass(halfWidth(document.mass_interval90_kg))}`,
		"",
		stated,
	]);
	const addBulk = (id: string, value?: number, interval?: readonly [number, number], format = formatVolume) => {
		if (value !== undefined && interval !== undefined) {
			rows.push([id, format(value), `± ${format(halfWidth(interval))}`, "", "body mesh"]);
		}
	};
	addBulk("volume", document.volume_m3, document.volume_interval90_m3);
	addBulk("surface_area", document.surface_area_m2, document.surface_area_interval90_m2, formatArea);
	const [titles, ...lines] = layOutTable(
		[
			{ title: "measurement", align: "left" },
			{ title: "value", align: "right" },
			{ title: "90 % within", align: "right" },
			{ title: "confidence", align: "right" },
			{ title: "from", align: "left" },
		],
		rows,
	);
	return [style.bold(titles!), ...lines];
}

/** What the photos themselves show, beside the body's values; nothing without photos. */
function renderImageMeasurements(document: ResultDocument, style: TextStyle): string[][] {
	const seen = document.image_measurements ?? [];
	if (seen.length === 0) return [];
	const rows = seen.map(({ id, value_m, sigma_m, confidence, views, over_clothing }) => {
		const body = document.measurements[id]?.value_m;
		const inliers = views.filter((view) => view.inlier).length;
		return [
			id,
			formatLength(value_m),
			`± ${formatLength(halfWidth(interval90(value_m, sigma_m)))}`,
			formatPercent(confidence),
			body === undefined ? "" : formatLength(body),
			inliers === views.length ? String(inliers) : `${inliers} of ${views.length}`,
			over_clothing ? "over clothes" : "",
		];
	});
	const isClothed = seen.some((measurement) => measurement.over_clothing);
	const [titles, ...lines] = layOutTable(
		[
			{ title: isClothed ? "seen in the photos (over clothes)" : "seen in the photos", align: "left" },
			{ title: "value", align: "right" },
			{ title: "90 % within", align: "right" },
			{ title: "confidence", align: "right" },
			{ title: "body", align: "right" },
			{ title: "photos", align: "left" },
			{ title: "", align: "left" },
		],
		rows,
	);
	return [[style.bold(titles!), ...lines]];
}

function renderQuality({ quality, views, warnings, perception }: ResultDocument, style: TextStyle): string[] {
	const lines = views.map((view, index) => {
		const silhouette = view.silhouette_iou === null ? "not used" : `${formatPercent(view.silhouette_iou)} overlap`;
		const photo = printableText(view.photo);
		const name = view.label === null ? photo : `${photo} (${view.label})`;
		const landmarks =
			view.reprojection_px === null ? "no landmarks" : `landmarks within ${view.reprojection_px.toFixed(1)} px`;
		return `  photo ${index + 1}, ${name}: ${landmarks}, silhouette ${silhouette}`;
	});
	if (perception !== undefined) {
		const depth =
			perception.depth === "unavailable" ? "no depth network" : `depth by ${printableText(perception.depth)}`;
		lines.push(`  outline by ${printableText(perception.segmentation)}, ${depth}`);
	}
	if (quality.expected_pve_mm !== undefined) {
		lines.push(`  expected distance to the true surface: ${quality.expected_pve_mm.toFixed(1)} mm on average`);
	}
	if (quality.pve_mm !== undefined) {
		lines.push(`  distance to the mesh: ${quality.pve_mm.toFixed(2)} mm on average`);
	}
	for (const flag of quality.flags) lines.push(`  ${style.yellow("!")} ${printableText(flag.message)}`);
	for (const warning of warnings) lines.push(`  ${style.yellow("!")} ${printableText(warning.message)}`);
	for (const advice of quality.advice) lines.push(`  ${style.green("→")} ${printableText(advice)}`);
	const limited = quality.flags.length > 0 ? style.yellow("usable, with limits") : style.green("no objection");
	const verdict = quality.flagged_for_review ? style.yellow("needs review") : limited;
	return [`${style.bold("Quality:")} ${verdict}`, ...lines];
}

function renderTimings(timings_ms: Readonly<Record<string, number>>): string {
	const { total, ...stages } = timings_ms;
	const parts = Object.entries(stages).map(
		([stage, time_ms]) => `${stage.replaceAll("_", " ")} ${formatDuration(time_ms)}`,
	);
	const sum = total ?? Object.values(stages).reduce((time, stage) => time + stage, 0);
	return `Time ${formatDuration(sum)}: ${parts.join(", ")}`;
}
