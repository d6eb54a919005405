/**
 * Renders the pictures of the README from a fit of the sample photos: photo, body over the photo, the resting body with
 * the tapes where they ran.
 *
 *   npm run pictures -w @anny-fitter/benchmarks
 */
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createMeasurer, measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { drawPolyline, type RasterCamera, rasterizeDepth, renderPreview } from "@anny-fitter/mesh";
import { openFitEngine } from "@anny-fitter/pipeline";
import { openBodyModelData } from "@anny-fitter/platform";
import sharp from "sharp";
import { seenFrom } from "./turntable.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const PANEL = { width: 540, height: 720 };
const TAPES = [
	"neck_girth",
	"chest_girth",
	"waist_girth",
	"hip_girth",
	"thigh_girth",
	"calf_girth",
	"upper_arm_girth",
	"wrist_girth",
] as const;

const engine = await openFitEngine();
const names = ["woman-front.jpg", "woman-side.jpg"];
const outcome = await engine.fit({
	photos: names.map((name) => ({ name, bytes: readFileSync(`${root}samples/${name}`) })),
	stated: { stature_m: 1.724, weight_kg: 71, age_years: 33, sex: "female" },
});
const overlays = await Promise.all([outcome.renderOverlay(0), outcome.renderOverlay(1)]);
await engine.close();

const { data } = await openBodyModelData();
const parameters = { phenotypes: outcome.document.phenotypes, localChanges: outcome.document.local_changes };
const options = { allPhenotypes: true, localChanges: true };
const model = createBodyModel(data, options);
const shape = createShapeState(model);
evaluateShape(shape, model, parameters);
const tapes = measureBody(createMeasurer(model), shape, TAPES);
const withEyes = createBodyModel(data, { ...options, eyes: true });
const body = createShapeState(withEyes);
evaluateShape(body, withEyes, parameters);

const heights = body.vertices.filter((_, i) => i % 3 === 2);
const [low, high] = [heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b))];
const stature = high - low;
const distance = 4.2;
const camera: RasterCamera = {
	...PANEL,
	focal_px: (0.88 * PANEL.height * distance) / stature,
	cx_px: PANEL.width / 2,
	cy_px: PANEL.height / 2,
};

function drawBody(yaw_rad: number): Promise<Buffer> {
	const centre = (low + high) / 2;
	const mesh = { vertices: seenFrom(body.vertices, yaw_rad, centre, distance), triangles: withEyes.triangles };
	const rgba = renderPreview(mesh, camera);
	const depth = new Float32Array(PANEL.width * PANEL.height);
	rasterizeDepth(depth, mesh, camera);
	for (const { path, left } of tapes.values()) {
		for (const line of left ? [path, left.path] : [path]) {
			drawPolyline(rgba, seenFrom(line, yaw_rad, centre, distance), camera, {
				colour: [0, 104, 150],
				width_px: 5,
				closed: true,
				depth,
				depthTolerance_m: 0.03,
			});
		}
	}
	return sharp(rgba, { raw: { ...PANEL, channels: 4 } })
		.png()
		.toBuffer();
}

const fill = { ...PANEL, fit: "cover" as const, position: "centre" };
const panels = [
	await sharp(`${root}samples/woman-front.jpg`).autoOrient().resize(fill).png().toBuffer(),
	await sharp(overlays[0]).resize(fill).png().toBuffer(),
	await sharp(overlays[1]).resize(fill).png().toBuffer(),
	await drawBody(0),
	await drawBody(-0.9),
];
const gap = 8;
const width = panels.length * PANEL.width + (panels.length - 1) * gap;
mkdirSync(`${root}docs/images`, { recursive: true });
await sharp({ create: { width, height: PANEL.height, channels: 3, background: "#ffffff" } })
	.composite(panels.map((input, i) => ({ input, left: i * (PANEL.width + gap), top: 0 })))
	.jpeg({ quality: 88, mozjpeg: true })
	.toFile(`${root}docs/images/result.jpg`);
console.log("docs/images/result.jpg");
