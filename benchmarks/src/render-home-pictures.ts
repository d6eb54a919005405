/**
 * Makes the pictures of the web application's start page from the sample photos: a fitted body with its tapes on a
 * transparent ground, where its labels point to and what they say, and small portraits of the sample people.
 *
 *   npm run home-pictures -w @anny-fitter/benchmarks
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { drawPolyline, type RasterCamera, rasterizeDepth, renderPreview } from "@anny-fitter/mesh";
import sharp from "sharp";
import { fitSampleWoman, REPOSITORY } from "./sample-body.js";
import { seenFrom } from "./turntable.js";

const out = `${REPOSITORY}apps/web/src/features/home/pictures`;
const HEIGHT = 1000;
const MARGIN = 12;
const YAW_RAD = -0.5;
const DISTANCE_M = 5;
const BODY = [206, 201, 196] as const;
/** Readable on light and on dark pages. */
const TAPE = [226, 98, 42] as const;
const TAPES = ["chest_girth", "waist_girth", "hip_girth", "thigh_girth", "calf_girth", "upper_arm_girth"] as const;

const { document, tapes, vertices, triangles, low_m, high_m } = await fitSampleWoman(TAPES);
const centre = (low_m + high_m) / 2;
const seen = seenFrom(vertices, YAW_RAD, centre, DISTANCE_M);
/** Extent on a picture plane one metre away. */
const bounds = { left: 0, right: 0, top: 0, bottom: 0 };
for (let i = 0; i < seen.length; i += 3) {
	const x = seen[i]! / seen[i + 2]!;
	const y = seen[i + 1]! / seen[i + 2]!;
	bounds.left = Math.min(bounds.left, x);
	bounds.right = Math.max(bounds.right, x);
	bounds.top = Math.min(bounds.top, y);
	bounds.bottom = Math.max(bounds.bottom, y);
}
const focal_px = (HEIGHT - 2 * MARGIN) / (bounds.bottom - bounds.top);
const width = Math.ceil((bounds.right - bounds.left) * focal_px + 2 * MARGIN);
const camera: RasterCamera = {
	width,
	height: HEIGHT,
	focal_px,
	cx_px: MARGIN - bounds.left * focal_px,
	cy_px: MARGIN - bounds.top * focal_px,
};
const mesh = { vertices: seen, triangles };
const rgba = renderPreview(mesh, camera, { colour: BODY, backdrop: null });
const depth = new Float32Array(width * HEIGHT);
rasterizeDepth(depth, mesh, camera);

const labels = [...tapes].map(([id, tape]) => {
	const lines = tape.left === undefined || tape.left === null ? [tape.path] : [tape.path, tape.left.path];
	const shown = lines.map((line) => seenFrom(line, YAW_RAD, centre, DISTANCE_M));
	for (const line of shown) {
		drawPolyline(rgba, line, camera, { colour: TAPE, width_px: 5, closed: true, depth, depthTolerance_m: 0.02 });
	}
	const ends = shown.flatMap((line) =>
		Array.from({ length: line.length / 3 }, (_, i) => ({
			x: (camera.cx_px + (focal_px * line[3 * i]!) / line[3 * i + 2]!) / width,
			y: (camera.cy_px + (focal_px * line[3 * i + 1]!) / line[3 * i + 2]!) / HEIGHT,
		})),
	);
	const rounded = ({ x, y }: { x: number; y: number }) => ({ x: Number(x.toFixed(4)), y: Number(y.toFixed(4)) });
	const { value_m, interval90_m } = document.measurements[id]!;
	return {
		id,
		value_m: Number(value_m.toFixed(4)),
		half_m: Number(((interval90_m[1] - interval90_m[0]) / 2).toFixed(4)),
		left: rounded(ends.reduce((a, b) => (b.x < a.x ? b : a))),
		right: rounded(ends.reduce((a, b) => (b.x > a.x ? b : a))),
	};
});

mkdirSync(out, { recursive: true });
await sharp(rgba, { raw: { width, height: HEIGHT, channels: 4 } })
	.webp({ quality: 82, alphaQuality: 90, effort: 6 })
	.toFile(`${out}/body.webp`);
const facts = JSON.stringify({ width, height: HEIGHT, labels }, null, "\t")
	// As the formatter wants it.
	.replaceAll(/"(\w+)":/g, "$1:")
	.replaceAll(/([^[{,])\n/g, "$1,\n");
writeFileSync(
	`${REPOSITORY}apps/web/src/features/home/picture-facts.ts`,
	`/** Where the tapes of pictures/body.webp end, as shares of its size, and what they say; written with it. */\nexport const PICTURE_FACTS = ${facts};\n`,
);
for (const name of ["woman", "man", "girl"]) {
	await sharp(`${REPOSITORY}samples/${name}-front.jpg`)
		.autoOrient()
		.resize({ height: 400 })
		.webp({ quality: 72, effort: 6 })
		.toFile(`${out}/${name}.webp`);
}
