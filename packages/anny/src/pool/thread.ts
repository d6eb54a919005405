import type { FromThread, ToThread } from "./messages.js";

/** One worker thread, of Node or of a browser. */
export interface BodyThread {
	post(message: ToThread): void;
	/** Whether the program must wait for the thread. An idle thread keeps no program running. */
	setNeeded(isNeeded: boolean): void;
	/** Ends the thread at once. */
	terminate(): Promise<void>;
}

/** What a thread tells its owner. */
export interface ThreadListener {
	onMessage(message: FromThread): void;
	/** The thread has ended without having been asked to. At most once. */
	onDeath(reason: string): void;
}

/** Starts a thread that runs the pool's worker file. */
export type StartThread = (listener: ThreadListener) => BodyThread;

/** A browser's `Worker`, as far as the pool uses one. */
export interface WebWorkerLike {
	postMessage(message: unknown): void;
	terminate(): void;
	addEventListener(type: string, listener: (event: unknown) => void): void;
}

/** A `Worker` of `node:worker_threads`, as far as the pool uses one. */
export interface NodeWorkerLike {
	postMessage(message: unknown): void;
	terminate(): Promise<unknown>;
	on(type: string, listener: (value: unknown) => void): unknown;
	ref(): void;
	unref(): void;
}
