/**
 * Renders the pictures of the README from a fit of the sample photos: photo, body over the photo, the resting body with
 * the tapes where they ran.
 *
 *   npm run pictures -w @anny-fitter/benchmarks
 */
import { mkdirSync } from "node:fs";
import { drawPolyline, type RasterCamera, rasterizeDepth, renderPreview } from "@anny-fitter/mesh";
import sharp from "sharp";
import { fitSampleWoman, REPOSITORY } from "./sample-body.js";
import { seenFrom } from "./turntable.js";

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

const { overlays, tapes, vertices, triangles, low_m: low, high_m: high } = await fitSampleWoman(TAPES, true);
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
	const mesh = { vertices: seenFrom(vertices, yaw_rad, centre, distance), triangles };
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
	await sharp(`${REPOSITORY}samples/woman-front.jpg`).autoOrient().resize(fill).png().toBuffer(),
	await sharp(overlays[0]).resize(fill).png().toBuffer(),
	await sharp(overlays[1]).resize(fill).png().toBuffer(),
	await drawBody(0),
	await drawBody(-0.9),
];
const gap = 8;
const width = panels.length * PANEL.width + (panels.length - 1) * gap;
mkdirSync(`${REPOSITORY}docs/images`, { recursive: true });
await sharp({ create: { width, height: PANEL.height, channels: 3, background: "#ffffff" } })
	.composite(panels.map((input, i) => ({ input, left: i * (PANEL.width + gap), top: 0 })))
	.jpeg({ quality: 88, mozjpeg: true })
	.toFile(`${REPOSITORY}docs/images/result.jpg`);
console.log("docs/images/result.jpg");
