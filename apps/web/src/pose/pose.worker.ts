import { MODEL_INPUT_SIZE, type RotatedRect, type RunModel, trackBody } from "@anny-fitter/perception";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { measureLight } from "./frame-light.js";
import { FRAME_LONG_SIDE_PX, type PoseFrame } from "./pose-types.js";
import type { FromPoseWorker, PoseModels, ToPoseWorker } from "./worker-messages.js";

/** In a video the whole frame is searched so often, to notice other people. */
const SEARCH_EVERY_MS = 4000;

let runModel: RunModel | null = null;
let region: RotatedRect | null = null;
let peopleCount = 0;
let searched_ms = Number.NEGATIVE_INFINITY;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

const reply = (message: FromPoseWorker) => postMessage(message);

async function open({ wasm, detection, landmarks }: PoseModels): Promise<void> {
	env.wasm.wasmPaths = { wasm };
	// Threads need an isolated page; one core suffices for a few frames per second.
	env.wasm.numThreads = 1;
	const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 3 } as const;
	const sessions = {
		pose_detection: await InferenceSession.create(detection, options),
		pose_landmark: await InferenceSession.create(landmarks, options),
	};
	runModel = async (model, input) => {
		if (model !== "pose_detection" && model !== "pose_landmark") throw new RangeError(`no network ${model} here`);
		const session = sessions[model];
		const size = MODEL_INPUT_SIZE[model];
		const tensor = new Tensor("float32", input, [1, size, size, 3]);
		const results = await session.run({ [session.inputNames[0]!]: tensor });
		return session.outputNames.map((name) => results[name]!.data as Float32Array);
	};
}

async function analyse(picture: ImageBitmap, isVideo: boolean): Promise<PoseFrame> {
	if (runModel === null || context === null) throw new Error("the networks are not loaded");
	const scale = Math.min(1, FRAME_LONG_SIDE_PX / Math.max(picture.width, picture.height));
	const width = Math.max(1, Math.round(picture.width * scale));
	const height = Math.max(1, Math.round(picture.height * scale));
	if (canvas.width !== width || canvas.height !== height) {
		canvas.width = width;
		canvas.height = height;
		region = null;
	}
	context.drawImage(picture, 0, 0, width, height);
	picture.close();
	const { data } = context.getImageData(0, 0, width, height);
	const rgb = new Uint8Array(width * height * 3);
	for (let from = 0, to = 0; from < data.length; from += 4) {
		rgb[to++] = data[from]!;
		rgb[to++] = data[from + 1]!;
		rgb[to++] = data[from + 2]!;
	}
	const start = performance.now();
	const isSearch = !isVideo || start - searched_ms > SEARCH_EVERY_MS;
	const body = await trackBody({ width, height, rgb }, runModel, isSearch ? null : region);
	if (body === null || body.isDetected) searched_ms = start;
	if (body === null) peopleCount = 0;
	else if (body.peopleCount !== null) peopleCount = body.peopleCount;
	region = isVideo ? (body?.nextRegion ?? null) : null;
	return {
		width,
		height,
		body: body === null ? null : { landmarks: body.landmarks, world: body.world },
		peopleCount,
		light: measureLight(data),
		inference_ms: performance.now() - start,
	};
}

addEventListener("message", ({ data }: MessageEvent<ToPoseWorker>) => {
	const { id } = data;
	const done =
		data.type === "open"
			? open(data.models).then(() => reply({ id, type: "opened" }))
			: analyse(data.picture, data.isVideo).then((frame) => reply({ id, type: "frame", frame }));
	done.catch((error: unknown) => reply({ id, type: "failed", message: String(error) }));
});
