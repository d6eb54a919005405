/** Entry of the worker thread: holds the networks and analyses one photo after another. */
import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { AnalysisAborted, analyseHolistic, describePixels } from "@anny-fitter/perception";
import { createImageSessions, ImageModelError, type ImageSessions } from "./image-models/image-sessions.js";
import { ModelFileError } from "./model-package.js";
import { passGate } from "./native-gate.js";
import { isOutOfMemory } from "./out-of-memory.js";
import { createSessions, DeviceUnavailableError, type Sessions } from "./sessions.js";
import type {
	FailureKind,
	FromWorker,
	NetworkRun,
	PhotoAnalysis,
	ToWorker,
	WorkerSettings,
} from "./worker-messages.js";

if (parentPort === null) throw new Error("vision-worker runs only as a worker thread");
const port = parentPort;

function reply(message: FromWorker, transfer: Transferable[] = []): void {
	port.postMessage(message, transfer);
}

function describe(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

function kindOf(error: unknown): FailureKind {
	if (error instanceof AnalysisAborted) return "cancelled";
	if (error instanceof ModelFileError) return "model_missing";
	if (error instanceof DeviceUnavailableError) return "device_unavailable";
	if (error instanceof ImageModelError) return "image_model";
	return isOutOfMemory(error) ? "out_of_memory" : "other";
}

async function analyse(
	sessions: Sessions,
	imageSessions: ImageSessions,
	message: ToWorker & { type: "analyse" },
): Promise<void> {
	const { id, cancelled, fault } = message;
	const runs: NetworkRun[] = [];
	const timed = async <T>(network: string, work: () => Promise<T>): Promise<T> => {
		const start_ms = performance.timeOrigin + performance.now();
		const value = await work();
		runs.push({ network, start_ms, end_ms: performance.timeOrigin + performance.now() });
		return value;
	};
	const runModel: Sessions["runModel"] = async (model, input) => {
		if (fault !== null) throw new Error(fault);
		return timed(model, () => sessions.runModel(model, input));
	};
	const signal = {
		get aborted() {
			return Atomics.load(cancelled, 0) !== 0;
		},
	};
	try {
		const options = message.person === undefined ? { signal } : { signal, person: message.person };
		const seen = await analyseHolistic(message, runModel, options);
		const look = () => imageSessions.look(message, seen, { signal, mode: message.segmentation });
		const looked = await (imageSessions.hasNetworks ? timed("image_models", look) : look());
		if (signal.aborted) throw new AnalysisAborted("the analysis was cancelled");
		const known = { ...seen, ...looked };
		const result: PhotoAnalysis = { ...known, ...describePixels(message, known, looked.mask) };
		reply({ type: "result", id, result, runs }, buffersOf(result));
	} catch (error) {
		reply({ type: "error", id, message: describe(error), kind: kindOf(error) });
	} finally {
		// The worker's copy of the photo.
		message.rgb.fill(0);
	}
}

function buffersOf(result: PhotoAnalysis): Transferable[] {
	const buffers = new Set<ArrayBuffer>();
	for (const value of [...Object.values(result), result.inverseDepth?.values]) {
		if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && value.byteLength > 0) {
			buffers.add(value.buffer);
		}
	}
	return [...buffers];
}

async function main(): Promise<void> {
	const settings = workerData as WorkerSettings;
	let sessions: Sessions;
	let imageSessions: ImageSessions;
	try {
		if (settings.fault !== null) throw new Error(settings.fault);
		const guard = <T>(work: () => Promise<T>) => passGate(settings.gate, work);
		sessions = await createSessions(settings.sessions, guard);
		imageSessions = await createImageSessions(settings.sessions.imageModels, settings.sessions, guard);
	} catch (error) {
		reply({ type: "unusable", message: describe(error), kind: kindOf(error) });
		return;
	}
	// The owner sends one photo at a time; closing waits for it.
	let running: Promise<void> = Promise.resolve();
	port.on("message", (message: ToWorker) => {
		if (message.type === "analyse") running = analyse(sessions, imageSessions, message);
		else {
			const release = async () => {
				await running;
				await sessions.release();
				await imageSessions.release();
			};
			void release().finally(() => port.close());
		}
	});
	reply({ type: "ready", loads: sessions.loads });
}

await main();
