import { drawPolyline, type RasterCamera, rasterizeDepth, renderPreview } from "@anny-fitter/mesh";
import { queryClient } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { openBodyClient } from "../../body/body-client.js";
import type { BodyTape } from "../../body/body-types.js";
import { restMeshQuery } from "./rest-mesh.js";
import { boundsOf } from "./scene/frame.js";
import { isHeight } from "./scene/tape-paths.js";
import { shapeOf } from "./use-shown-body.js";

/** Of light clay and its tapes, sRGB. */
const BODY = [206, 209, 213] as const;
const TAPE = [212, 84, 26] as const;
/** Tangent of half the field of view. */
const SLOPE = 0.2125;
/** Share of the height that the body takes. */
const FILLED = 0.94;
/** Where the camera's right lies and where it looks, in the body's axes (X its left, −Y its front). */
const SIDES = {
	front: { right: [1, 0], forward: [0, 1] },
	left: { right: [0, 1], forward: [-1, 0] },
	back: { right: [-1, 0], forward: [0, -1] },
} as const;

/**
 * Pictures of the resting body like those of `renderBodyPictures`, drawn without WebGL: for paper, where a second or two
 * each does not matter.
 *
 * @param height_px three quarters as wide
 * @returns blob addresses in the order of `views`, which the caller revokes
 */
export async function drawBodyPictures(
	model: ModelDocument,
	views: readonly (keyof typeof SIDES)[],
	height_px: number,
): Promise<string[]> {
	const [{ positions, triangles }, tapes] = await Promise.all([
		queryClient.fetchQuery(restMeshQuery(model.model_id)),
		// Without the body model there are no tapes.
		tapesOf(model).catch(() => []),
	]);
	const { min, max } = boundsOf(positions);
	const middle_m = (min[2] + max[2]) / 2;
	const depth_m = Math.max(...[min[0], max[0], min[1], max[1]].map(Math.abs));
	const distance_m = depth_m + (max[2] - min[2]) / 2 / (SLOPE * FILLED);
	const width = Math.round(0.75 * height_px);
	const camera: RasterCamera = {
		width,
		height: height_px,
		focal_px: height_px / 2 / SLOPE,
		cx_px: width / 2,
		cy_px: height_px / 2,
	};
	const addresses: string[] = [];
	for (const view of views) {
		const { right, forward } = SIDES[view];
		const seen = (points: Float32Array) => {
			const out = new Float32Array(points.length);
			for (let i = 0; i < points.length; i += 3) {
				const [x = 0, y = 0, z = 0] = points.subarray(i, i + 3);
				out[i] = right[0] * x + right[1] * y;
				out[i + 1] = middle_m - z;
				out[i + 2] = forward[0] * x + forward[1] * y + distance_m;
			}
			return out;
		};
		const mesh = { vertices: seen(positions), triangles };
		const pixels = renderPreview(mesh, camera, { colour: BODY, backdrop: null, samplesPerSide: 2 });
		const depth = new Float32Array(width * height_px);
		rasterizeDepth(depth, mesh, camera);
		for (const { path, isClosed } of tapes)
			drawPolyline(pixels, seen(path), camera, { colour: TAPE, closed: isClosed, depth });
		addresses.push(await addressOf(pixels, camera));
		// The page stays usable between pictures.
		await new Promise((resolve) => setTimeout(resolve));
	}
	return addresses;
}

async function tapesOf(model: ModelDocument): Promise<readonly BodyTape[]> {
	const client = await openBodyClient();
	const tapes = await client.tapes(shapeOf(model), { kind: "rest" }, `picture-${model.model_id}`);
	return tapes?.filter(({ id }) => !isHeight(id)) ?? [];
}

async function addressOf(pixels: Uint8Array, { width, height }: RasterCamera): Promise<string> {
	const canvas = new OffscreenCanvas(width, height);
	const context = canvas.getContext("2d");
	if (context === null) throw new Error("The browser gave no canvas.");
	context.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
	return URL.createObjectURL(await canvas.convertToBlob({ type: "image/png" }));
}
