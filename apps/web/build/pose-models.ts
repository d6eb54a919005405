import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { convertTfliteToOnnx } from "@anny-fitter/perception";
import type { Plugin } from "vite";

/** The module whose content is made here. */
const MODULE = "/src/pose/pose-models.ts";
const FOLDER = dirname(createRequire(import.meta.url).resolve("@mediapipe/holistic/package.json"));

interface Model {
	readonly path: string;
	readonly bytes: Uint8Array;
}

/**
 * Converts the two networks that find a body in a camera's frames from TFLite to ONNX and puts them under names that hold
 * their hash. `src/pose/pose-models.ts` exports their addresses.
 */
export function poseModels(): Plugin {
	let models: Promise<Record<"detection" | "landmarks", Model>> | null = null;
	const convert = async () => ({
		detection: modelOf("pose_detection", await readPacked("pose_detection")),
		landmarks: modelOf("pose_landmark_lite", await readFile(join(FOLDER, "pose_landmark_lite.tflite"))),
	});
	const convertOnce = () => {
		models ??= convert();
		return models;
	};
	return {
		name: "pose-models",
		async load(id) {
			if (!id.replaceAll("\\", "/").endsWith(MODULE)) return null;
			const { detection, landmarks } = await convertOnce();
			if (this.environment.mode === "build") {
				for (const { path, bytes } of [detection, landmarks]) {
					this.emitFile({ type: "asset", fileName: path, source: bytes });
				}
			}
			return [
				`export const POSE_DETECTION_URL = ${JSON.stringify(`/${detection.path}`)};`,
				`export const POSE_LANDMARKS_URL = ${JSON.stringify(`/${landmarks.path}`)};`,
			].join("\n");
		},
		configureServer(server) {
			server.middlewares.use((request, response, next) => {
				if (!request.url?.endsWith(".onnx")) return next();
				convertOnce().then((all) => {
					const model = Object.values(all).find(({ path }) => request.url === `/${path}`);
					if (model === undefined) next();
					else response.end(model.bytes);
				}, next);
			});
		},
	};
}

function modelOf(name: string, tflite: Uint8Array): Model {
	const bytes = convertTfliteToOnnx(tflite);
	const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
	return { path: `assets/${name}-${hash}.onnx`, bytes };
}

/** A network out of the package's archive; its loader script holds the table of contents as JSON. */
async function readPacked(name: string): Promise<Uint8Array> {
	const archive = join(FOLDER, "holistic_solution_packed_assets");
	const loader = await readFile(`${archive}_loader.js`, "utf8");
	const entry = new RegExp(`"filename":\\s*"[^"]*/${name}\\.tflite",\\s*"start":\\s*(\\d+),\\s*"end":\\s*(\\d+)`).exec(
		loader,
	);
	if (entry === null) throw new Error(`The package @mediapipe/holistic lacks the model ${name}.`);
	return (await readFile(`${archive}.data`)).subarray(Number(entry[1]), Number(entry[2]));
}
