import type { FromThread } from "./messages.js";
import type { StartThread, WebWorkerLike } from "./thread.js";

/** This file compiles without the types of the DOM. */
declare const Worker: new (url: URL, options: { readonly type: "module"; readonly name: string }) => WebWorkerLike;

/**
 * Starts web workers.
 *
 * @param createWorker makes a worker that loads `@anny-fitter/anny/pool-worker`, for bundlers that do not know
 *   `new Worker(new URL(…, import.meta.url))`; the package's own file by default
 */
export function webThreads(createWorker: () => WebWorkerLike = createWebWorker): StartThread {
	return ({ onMessage, onDeath }) => {
		const worker = createWorker();
		let isOver = false;
		worker.addEventListener("message", (event) => {
			onMessage((event as { readonly data: FromThread }).data);
		});
		// Errors of a request are answers; an event means that the worker itself cannot go on.
		worker.addEventListener("error", (event) => {
			if (isOver) return;
			isOver = true;
			worker.terminate();
			const { message } = event as { readonly message?: string };
			onDeath(message || "its script cannot be loaded");
		});
		return {
			post: (message) => worker.postMessage(message),
			setNeeded: () => {},
			terminate: async () => {
				isOver = true;
				worker.terminate();
			},
		};
	};
}

function createWebWorker(): WebWorkerLike {
	return new Worker(new URL("./worker.browser.js", import.meta.url), { type: "module", name: "anny" });
}
