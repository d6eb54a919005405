/** Entry of the worker thread: holds the networks and analyses one photo after another. */
import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { AnalysisAborted, analyseHolistic, type HolisticResult } from "@anny-fitter/perception";
import { ModelFileError } from "./model-package.js";
import { passGate } from "./native-gate.js";
import { isOutOfMemory } from "./out-of-memory.js";
import { createSessions, DeviceUnavailableError, type Sessions } from "./sessions.js";
import type { FailureKind, FromWorker, ToWorker, WorkerSettings } from "./worker-messages.js";

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
	return isOutOfMemory(error) ? "out_of_memory" : "other";
}

async function analyse(sessions: Sessions, message: ToWorker & { type: "analyse" }): Promise<void> {
	const { id, cancelled, fault } = message;
	const runModel: Sessions["runModel"] = async (model, input) => {
		if (fault !== null) throw new Error(fault);
		return sessions.runModel(model, input);
	};
	const signal = {
		get aborted() {
			return Atomics.load(cancelled, 0) !== 0;
		},
	};
	try {
		const options = message.person === undefined ? { signal } : { signal, person: message.person };
		const result = await analyseHolistic(message, runModel, options);
		reply({ type: "result", id, result }, buffersOf(result));
	} catch (error) {
		reply({ type: "error", id, message: describe(error), kind: kindOf(error) });
	} finally {
		// The worker's copy of the photo.
		message.rgb.fill(0);
	}
}

function buffersOf(result: HolisticResult): Transferable[] {
	const buffers = new Set<ArrayBuffer>();
	for (const value of Object.values(result)) {
		if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && value.byteLength > 0) {
			buffers.add(value.buffer);
		}
	}
	return [...buffers];
}

async function main(): Promise<void> {
	const settings = workerData as WorkerSettings;
	let sessions: Sessions;
	try {
		if (settings.fault !== null) throw new Error(settings.fault);
		sessions = await createSessions(settings.sessions, (work) => passGate(settings.gate, work));
	} catch (error) {
		reply({ type: "unusable", message: describe(error), kind: kindOf(error) });
		return;
	}
	// The owner sends one photo at a time; closing waits for it.
	let running: Promise<void> = Promise.resolve();
	port.on("message", (message: ToWorker) => {
		if (message.type === "analyse") running = analyse(sessions, message);
		else void running.then(() => sessions.release()).finally(() => port.close());
	});
	reply({ type: "ready", loads: sessions.loads });
}

await main();
