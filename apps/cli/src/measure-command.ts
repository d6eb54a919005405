import { AppError, type MeasurementDocument, parseParamsText } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, type TextStyle, textStyle } from "./console-io.js";
import { formatArea, formatLength, formatMass, formatVolume } from "./format-values.js";
import { readInputFile } from "./input-file.js";
import { parseUnit } from "./register-command.js";
import { warn } from "./report-error.js";
import { layOutTable } from "./table.js";

export interface MeasureOptions extends CommonOptions {
	readonly mesh?: string;
	readonly params?: string;
	readonly unit?: string;
}

/**
 * `anny-fitter measure`: the measurements of a mesh file or of parameters.
 *
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runMeasure(options: MeasureOptions, io: ConsoleIo): Promise<number> {
	const document = await measure(options);
	if (options.json === true) {
		io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
	} else if (options.quiet !== true) {
		for (const { message } of document.warnings) warn(message, io);
		io.stdout.write(renderMeasurements(document, textStyle(io.stdout, io.env)));
	}
	return 0;
}

async function measure({ mesh, params, modelData, unit }: MeasureOptions): Promise<MeasurementDocument> {
	if (mesh !== undefined && params === undefined) {
		const { bytes, name } = await readInputFile(mesh, "mesh");
		const { measureMeshFile } = await import("@anny-fitter/pipeline");
		return measureMeshFile(bytes, name, { modelDataDir: modelData, unit: parseUnit(unit) });
	}
	if (params !== undefined && mesh === undefined) {
		const { bytes, name } = await readInputFile(params, "params file");
		const document = parseParamsText(new TextDecoder().decode(bytes), name);
		const { buildBodyFromParams } = await import("@anny-fitter/pipeline");
		return (await buildBodyFromParams(document, { modelDataDir: modelData })).measure();
	}
	const cause =
		mesh === undefined ? "Nothing to measure was named." : "A mesh and parameters cannot be measured at once.";
	throw new AppError("invalid_argument", cause, { remedy: "Give either --mesh FILE or --params FILE." });
}

function renderMeasurements(document: MeasurementDocument, style: TextStyle): string {
	const rows = Object.entries(document.measurements).map(([id, { value_m, definition }]) => [
		id,
		formatLength(value_m),
		definition.side === "right" ? `${definition.name} (right side)` : definition.name,
	]);
	if (document.mass_kg !== null) rows.push(["weight", formatMass(document.mass_kg), "Volume × 1010 kg/m³"]);
	if (document.volume_m3 !== null) rows.push(["volume", formatVolume(document.volume_m3), "What the mesh encloses"]);
	if (document.surface_area_m2 !== null) {
		rows.push(["surface_area", formatArea(document.surface_area_m2), "Area of the mesh"]);
	}
	const [titles, ...lines] = layOutTable(
		[
			{ title: "measurement", align: "left" },
			{ title: "value", align: "right" },
			{ title: "name", align: "left" },
		],
		rows,
	);
	return `${[style.bold(titles!), ...lines].join("\n")}\n`;
}
