import { ALL_DIALS } from "../anny.js";
import type { LoadOptions } from "../load-options.js";
import { decodeAsset } from "../read-asset.js";
import { type BodyPool, openPool } from "./body-pool.js";
import type { NodeWorkerLike, StartThread, WebWorkerLike } from "./thread.js";

export interface PoolOptions extends LoadOptions {
	/** Default: one per processor core, at most 8; in a browser one less. Each takes about 60 MB. */
	readonly threads?: number | undefined;
	/** Requests that wait for a thread; further callers wait before they hand over theirs. Default: 256. */
	readonly queueLimit?: number | undefined;
	/** For bundlers that cannot find the worker's file: makes a worker that loads `@anny-fitter/anny/pool-worker`. */
	readonly createWorker?: (() => WebWorkerLike | NodeWorkerLike) | undefined;
}

const MAX_DEFAULT_THREADS = 8;
const DEFAULT_QUEUE_LIMIT = 256;

/** `createBodyPool` of a place with its own way to find assets and to start threads. */
export function poolOf(
	openAsset: (options: LoadOptions) => Promise<Uint8Array>,
	startThreads: (createWorker: PoolOptions["createWorker"]) => StartThread,
	defaultThreads: () => number,
): (options?: PoolOptions) => Promise<BodyPool> {
	return async (options = {}) => {
		const asset = shareBytes(await openAsset(options));
		// A damaged asset is reported here, not once by every thread.
		decodeAsset(asset);
		return openPool({
			startThread: startThreads(options.createWorker),
			asset,
			model: options.model ?? ALL_DIALS,
			threads: options.threads ?? Math.max(1, Math.min(MAX_DEFAULT_THREADS, defaultThreads())),
			queueLimit: options.queueLimit ?? DEFAULT_QUEUE_LIMIT,
		});
	};
}

/** Bytes that threads read together; pages that are not cross-origin isolated have none, so each thread gets a copy. */
function shareBytes(bytes: Uint8Array): Uint8Array {
	if (typeof SharedArrayBuffer === "undefined" || bytes.buffer instanceof SharedArrayBuffer) return bytes;
	const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
	shared.set(bytes);
	return shared;
}
