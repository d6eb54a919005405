import type { BodyModelOptions } from "@anny-fitter/body-model";
import type { BodyOutputs, BodyRequest, EvaluatedBody, FromThread } from "./messages.js";
import type { BodyThread, StartThread } from "./thread.js";

/** A request on its way through the pool. */
export interface Job {
	readonly request: BodyRequest;
	readonly outputs: BodyOutputs;
	/** Called once, with the body or with what went wrong with this request. */
	settle(outcome: EvaluatedBody | Error): void;
	/** True once nobody waits for the outcome. */
	isAbandoned: boolean;
}

/** What a thread's owner hears. */
export interface PoolThreadOwner {
	/** It can take a job now. */
	onFree(): void;
	/** It has died; `unfinished` are jobs that it had not begun. */
	onDeath(error: BodyPoolError, unfinished: readonly Job[]): void;
}

/** A thread of the pool failed, or the pool is closed. */
export class BodyPoolError extends Error {
	override readonly name = "BodyPoolError";
}

/** One job computes and one waits in the thread's own queue, so that it never idles between two. */
const JOBS_AT_ONCE = 2;

/** One life of a thread: it is opened, runs jobs in order, and ends or dies. */
export class PoolThread {
	readonly #thread: BodyThread;
	readonly #owner: PoolThreadOwner;
	readonly #jobs = new Map<number, Job>();
	#nextId = 0;
	#state: "opening" | "open" | "over" = "opening";

	constructor(start: StartThread, asset: Uint8Array, model: BodyModelOptions, owner: PoolThreadOwner) {
		this.#owner = owner;
		this.#thread = start({
			onMessage: (message) => this.#receive(message),
			onDeath: (reason) => this.#die(`A thread of the pool died: ${reason}.`),
		});
		this.#thread.post({ type: "open", asset, model });
	}

	get canTake(): boolean {
		return this.#state === "open" && this.#jobs.size < JOBS_AT_ONCE;
	}

	/** Jobs that it has taken. */
	get load(): number {
		return this.#jobs.size;
	}

	/** False until the model is loaded, and after death. */
	get isOpen(): boolean {
		return this.#state === "open";
	}

	take(job: Job): void {
		const id = this.#nextId++;
		try {
			this.#thread.post({ type: "run", id, request: job.request, outputs: job.outputs });
		} catch (error) {
			// The request holds what cannot go to another thread, such as a function.
			job.settle(error instanceof Error ? error : new Error(String(error)));
			return;
		}
		this.#jobs.set(id, job);
		this.#thread.setNeeded(true);
	}

	/** Ends the thread; its jobs settle with `reason`. */
	async end(reason: BodyPoolError): Promise<void> {
		this.#state = "over";
		for (const job of this.#jobs.values()) job.settle(reason);
		this.#jobs.clear();
		await this.#thread.terminate();
	}

	#receive(message: FromThread): void {
		if (this.#state === "over") return;
		if (message.type === "unusable") {
			this.#die(`A thread of the pool cannot use the body model: ${message.message}`);
			void this.#thread.terminate();
			return;
		}
		if (message.type === "ready") this.#state = "open";
		else {
			const job = this.#jobs.get(message.id);
			this.#jobs.delete(message.id);
			job?.settle(message.type === "done" ? message.body : rebuildError(message.name, message.message));
		}
		if (this.#jobs.size === 0) this.#thread.setNeeded(false);
		this.#owner.onFree();
	}

	#die(message: string): void {
		if (this.#state === "over") return;
		this.#state = "over";
		const error = new BodyPoolError(message);
		// The oldest was being computed, and may be what killed the thread.
		const [running, ...unfinished] = this.#jobs.values();
		this.#jobs.clear();
		running?.settle(error);
		this.#owner.onDeath(error, unfinished);
	}
}

/** An error as the thread threw it; of the built-in kinds the one that the package's functions throw keeps its class. */
function rebuildError(name: string, message: string): Error {
	if (name === "RangeError") return new RangeError(message);
	const error = new Error(message);
	error.name = name;
	return error;
}
