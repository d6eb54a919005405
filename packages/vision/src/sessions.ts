import {
	convertTfliteToOnnx,
	type HolisticModel,
	MODEL_INPUT_SIZE,
	ONNX_CONVERTER_VERSION,
	type RunModel,
} from "@anny-fitter/perception";
import type { InferenceSession } from "onnxruntime-node";
import type { InferenceDevice } from "./inference-device.js";
import { readModelFile } from "./model-package.js";
import { holisticFiles, type ModelFileName, modelFile, type PoseVariant } from "./model-table.js";
import { type CacheOutcome, cached, discard } from "./onnx-cache.js";
import { isOutOfMemory } from "./out-of-memory.js";

export interface SessionOptions {
	readonly variant: PoseVariant;
	readonly threads: number;
	readonly device: InferenceDevice;
	/** Folder of converted networks. */
	readonly cacheFolder: string;
}

/** How one network was loaded. */
export interface ModelLoad {
	readonly name: ModelFileName;
	readonly load_ms: number;
	readonly cache: CacheOutcome;
}

/** The six networks, ready to run. */
export interface Sessions {
	readonly runModel: RunModel;
	readonly loads: readonly ModelLoad[];
	release(): Promise<void>;
}

/** The installed runtime, or the machine, has no such device. */
export class DeviceUnavailableError extends Error {
	override readonly name = "DeviceUnavailableError";
}

/** Wraps every call into ONNX Runtime. */
export type NativeGuard = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Load every network of Holistic. ONNX Runtime builds and runs sessions on the calling thread, one after another.
 *
 * @throws ModelFileError if a network is not installed
 * @throws DeviceUnavailableError if the runtime cannot use the device
 */
export async function createSessions(
	options: SessionOptions,
	guard: NativeGuard = (work) => work(),
): Promise<Sessions> {
	// Loading the library runs native code too.
	const ort = await guard(() => import("onnxruntime-node"));
	const files = holisticFiles(options.variant);
	const sessions = new Map<HolisticModel, InferenceSession>();
	const loads: ModelLoad[] = [];
	for (const model of Object.keys(files) as HolisticModel[]) {
		const name = files[model];
		const start = performance.now();
		const { session, cache } = await openSession(name, options, (bytes) =>
			guard(() => createSession(ort, bytes, options)),
		);
		sessions.set(model, session);
		loads.push({ name, load_ms: performance.now() - start, cache });
	}
	return {
		loads,
		runModel: async (model, input) => {
			const session = sessions.get(model);
			if (session === undefined) throw new RangeError(`unknown model ${model}`);
			const size = MODEL_INPUT_SIZE[model];
			const feeds = { [session.inputNames[0] ?? ""]: new ort.Tensor("float32", input, [1, size, size, 3]) };
			const results = await guard(() => session.run(feeds));
			return session.outputNames.map((name) => results[name]?.data as Float32Array);
		},
		release: async () => {
			for (const session of sessions.values()) await guard(() => session.release());
		},
	};
}

async function openSession(
	name: ModelFileName,
	options: SessionOptions,
	create: (bytes: Uint8Array) => Promise<InferenceSession>,
): Promise<{ session: InferenceSession; cache: CacheOutcome }> {
	const key = `${name}-${modelFile(name).sha256.slice(0, 16)}-v${ONNX_CONVERTER_VERSION}.onnx`;
	const convert = async () => convertTfliteToOnnx(await readModelFile(name));
	const { bytes, outcome } = await cached(options.cacheFolder, key, convert);
	try {
		return { session: await create(bytes), cache: outcome };
	} catch (error) {
		if (outcome !== "read" || error instanceof DeviceUnavailableError || isOutOfMemory(error)) throw error;
		// The entry is intact but not a model this runtime accepts: make it again, once.
		await discard(options.cacheFolder, key);
		const fresh = await cached(options.cacheFolder, key, convert);
		return { session: await create(fresh.bytes), cache: fresh.outcome };
	}
}

/**
 * Load one network.
 *
 * @param model its bytes or its path
 * @throws DeviceUnavailableError if the runtime cannot use the device
 */
export async function createSession(
	ort: typeof import("onnxruntime-node"),
	model: Uint8Array | string,
	options: Pick<SessionOptions, "device" | "threads">,
): Promise<InferenceSession> {
	if (options.device === "cuda" && !ort.listSupportedBackends().some(({ name }) => name === "cuda")) {
		throw new DeviceUnavailableError("this build of ONNX Runtime does not know CUDA");
	}
	try {
		return typeof model === "string"
			? await ort.InferenceSession.create(model, runtimeOptions(options))
			: await ort.InferenceSession.create(model, runtimeOptions(options));
	} catch (error) {
		// The runtime's GPU libraries are installed apart from it, and its words for their absence vary.
		if (options.device === "cuda" && error instanceof Error && /provider|shared library|CUDA/i.test(error.message)) {
			if (!isOutOfMemory(error)) throw new DeviceUnavailableError("CUDA cannot be used", { cause: error });
		}
		throw error;
	}
}

function runtimeOptions({
	device,
	threads,
}: Pick<SessionOptions, "device" | "threads">): InferenceSession.SessionOptions {
	return {
		// What CUDA has no kernel for runs on the CPU.
		executionProviders: device === "cuda" ? ["cuda", "cpu"] : ["cpu"],
		intraOpNumThreads: threads,
		interOpNumThreads: 1,
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		// Without arena and pattern the six sessions hold hundreds of megabytes less, at no measurable cost.
		enableCpuMemArena: false,
		enableMemPattern: false,
		// Six thread pools that spin while idle would starve one another.
		extra: { session: { intra_op: { allow_spinning: "0" } } },
	};
}
