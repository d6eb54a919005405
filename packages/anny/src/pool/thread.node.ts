import { Worker } from "node:worker_threads";
import type { FromThread } from "./messages.js";
import type { NodeWorkerLike, StartThread } from "./thread.js";

/**
 * Starts worker threads of Node.
 *
 * @param createWorker makes a worker that loads `@anny-fitter/anny/pool-worker`; the package's own file by default
 */
export function nodeThreads(createWorker: () => NodeWorkerLike = createNodeWorker): StartThread {
	return ({ onMessage, onDeath }) => {
		const worker = createWorker();
		let isOver = false;
		const die = (reason: string): void => {
			if (isOver) return;
			isOver = true;
			onDeath(reason);
		};
		worker.on("message", (message) => onMessage(message as FromThread));
		worker.on("error", (error) => die(error instanceof Error ? error.message : String(error)));
		worker.on("exit", (code) => die(`it ended with exit code ${String(code)}`));
		return {
			post: (message) => worker.postMessage(message),
			setNeeded: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
			terminate: async () => {
				isOver = true;
				await worker.terminate();
			},
		};
	};
}

function createNodeWorker(): NodeWorkerLike {
	// Flags of the main program (such as `--input-type`) may not fit a worker.
	return new Worker(new URL("./worker.node.js", import.meta.url), { name: "anny", execArgv: [] });
}
