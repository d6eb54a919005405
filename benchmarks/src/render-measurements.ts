/**
 * Renders the pictures of docs/measurements.md: an average woman at rest, every measurement's tape where it runs. What lies
 * behind the body is drawn faintly.
 *
 *   npm run measurement-pictures -w @anny-fitter/benchmarks
 */
import { mkdirSync, statSync } from "node:fs";
import {
	createMeasurer,
	MEASUREMENTS,
	type MeasurementDefinition,
	type MeasureResult,
	measureBody,
} from "@anny-fitter/anthropometry";
import { createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { drawPolyline, type RasterCamera, rasterizeDepth, renderPreview } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import sharp, { type Sharp } from "sharp";
import { measurementView, type View } from "./measurement-views.js";
import { REPOSITORY } from "./sample-body.js";

const FOLDER = `${REPOSITORY}docs/images/measurements/`;
const SIZE = { width: 240, height: 300 };
/** Drawn larger and scaled down, so that thin lines stay smooth. */
const SCALE = 2;
const DISTANCE_M = 5;
const TAPE: [number, number, number] = [0, 96, 150];
const PARAMETERS = { phenotypes: { gender: 1 } };

const { data } = await openBodyModelData();
const options = { allPhenotypes: true, localChanges: true };
const model = createBodyModel(data, options);
const rest = createShapeState(model);
evaluateShape(rest, model, PARAMETERS);
// With eyes, which the measurements do not need.
const withEyes = createBodyModel(data, { ...options, eyes: true });
const drawn = createShapeState(withEyes);
evaluateShape(drawn, withEyes, PARAMETERS);
const tapes = measureBody(createMeasurer(model), rest);

mkdirSync(FOLDER, { recursive: true });
let total = 0;
for (const definition of MEASUREMENTS) {
	const tape = tapes.get(definition.id);
	if (tape === undefined) continue;
	const file = `${FOLDER}${definition.id}.webp`;
	await (await drawMeasurement(definition, tape)).toFile(file);
	total += statSync(file).size;
}
console.log(`${MEASUREMENTS.length} pictures, ${(total / 1000).toFixed(0)} kB, in docs/images/measurements`);

async function drawMeasurement(definition: MeasurementDefinition, { path, isClosed }: MeasureResult): Promise<Sharp> {
	const view = measurementView(definition, path);
	const line = definition.kind === "height" ? besideBody(path, view) : path;
	const width = SIZE.width * SCALE;
	const height = SIZE.height * SCALE;
	const camera: RasterCamera = {
		width,
		height,
		focal_px: (height * DISTANCE_M) / view.height_m,
		cx_px: width / 2,
		cy_px: height / 2,
	};
	const mesh = { vertices: seen(drawn.vertices, view), triangles: withEyes.triangles };
	const rgba = renderPreview(mesh, camera, { samplesPerSide: 2, backdrop: null });
	const depth = new Float32Array(width * height);
	rasterizeDepth(depth, mesh, camera);
	drawPolyline(rgba, seen(line, view), camera, {
		colour: TAPE,
		width_px: 3.2 * SCALE,
		closed: isClosed,
		depth,
		depthTolerance_m: 0.02,
		hiddenOpacity: view.hiddenOpacity,
	});
	return sharp(
		await sharp(rgba, { raw: { width, height, channels: 4 } })
			.png()
			.toBuffer(),
	)
		.resize(SIZE.width, SIZE.height)
		.flatten({ background: "#f0ede9" })
		.webp({ quality: 88 });
}

/** A height as a line beside the body, with a pointer from the measured place. */
function besideBody(path: Float64Array, { aside }: View): Float64Array {
	const [x = 0, y = 0, floor = 0] = path;
	const level = path[5] ?? 0;
	const [ax, ay] = [x + aside[0], y + aside[1]];
	return Float64Array.of(x, y, level, ax, ay, level, ax, ay, floor);
}

/** Camera axes of somebody who looks at the view's centre from its side and height. */
function seen(points: Float64Array, { yaw_rad, pitch_rad, centre }: View): Float64Array {
	const out = new Float64Array(points.length);
	const [c, s] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
	const [cp, sp] = [Math.cos(pitch_rad), Math.sin(pitch_rad)];
	for (let i = 0; i < points.length; i += 3) {
		const x = (points[i] ?? 0) - centre[0];
		const y = (points[i + 1] ?? 0) - centre[1];
		const up = (points[i + 2] ?? 0) - centre[2];
		const away = s * x + c * y;
		out[i] = c * x - s * y;
		out[i + 1] = -(cp * up + sp * away);
		out[i + 2] = DISTANCE_M + cp * away - sp * up;
	}
	return out;
}
