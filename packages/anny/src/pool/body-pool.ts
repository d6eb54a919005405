import type { BodyModelOptions } from "@anny-fitter/body-model";
import type { BodyOutputs, BodyRequest, BodyResult, EvaluatedBody } from "./messages.js";
import { BodyPoolError, type Job, PoolThread } from "./pool-thread.js";
import type { StartThread } from "./thread.js";

export interface EvaluateOptions extends BodyOutputs {
	/** Gives up the requests that have not been evaluated; the call rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
}

/** Threads that evaluate bodies. */
export interface BodyPool {
	readonly threads: number;
	/**
	 * Evaluates many bodies, in the order given. What is wrong with one request is its own result's `error`.
	 *
	 * @throws BodyPoolError when the pool is closed or cannot replace a dead thread
	 */
	evaluate(requests: readonly BodyRequest[], options: EvaluateOptions): Promise<BodyResult[]>;
	/** The same one by one, for more bodies than fit into memory: reads only as many requests ahead as keep threads busy. */
	stream(
		requests: Iterable<BodyRequest> | AsyncIterable<BodyRequest>,
		options: EvaluateOptions,
	): AsyncGenerator<BodyResult, void, undefined>;
	/** Ends the threads at once. Bodies that are not evaluated yet reject. */
	close(): Promise<void>;
}

export interface PoolSettings {
	readonly startThread: StartThread;
	/** Compiled model, in shared memory where there is any. */
	readonly asset: Uint8Array;
	readonly model: BodyModelOptions;
	readonly threads: number;
	/** Requests that wait for a thread; when there are more, callers wait before they hand over theirs. */
	readonly queueLimit: number;
}

/** A thread that dies before it is ready is tried again so many times; then the pool gives up. */
const MAX_FAILED_STARTS = 3;

/** Starts the threads and waits until all are ready. @throws BodyPoolError, RangeError for a wrong number */
export async function openPool(settings: PoolSettings): Promise<BodyPool> {
	requireCount(settings.threads, "threads");
	requireCount(settings.queueLimit, "queueLimit");
	const pool = new ThreadPool(settings);
	try {
		await pool.ready;
	} catch (error) {
		await pool.close();
		throw error;
	}
	return pool;
}

class ThreadPool implements BodyPool {
	readonly ready: Promise<void>;
	readonly #settings: PoolSettings;
	readonly #threads: PoolThread[] = [];
	readonly #queue: Job[] = [];
	/** Callers that wait for room in the queue. */
	#waiting: (() => void)[] = [];
	#failure: BodyPoolError | null = null;
	#failedStarts = 0;
	#settleReady: (failure: BodyPoolError | null) => void = () => {};

	constructor(settings: PoolSettings) {
		this.#settings = settings;
		this.ready = new Promise((resolve, reject) => {
			this.#settleReady = (failure) => (failure === null ? resolve() : reject(failure));
		});
		// Its owner may look later than it rejects.
		this.ready.catch(() => undefined);
		for (let i = 0; i < settings.threads; i++) this.#start(i);
	}

	get threads(): number {
		return this.#settings.threads;
	}

	async evaluate(requests: readonly BodyRequest[], options: EvaluateOptions): Promise<BodyResult[]> {
		const results: Promise<BodyResult>[] = [];
		const call = this.#beginCall(options);
		try {
			for (const request of requests) {
				await call.room();
				results.push(call.hand(request));
			}
			return await Promise.all(results);
		} finally {
			call.end();
		}
	}

	async *stream(
		requests: Iterable<BodyRequest> | AsyncIterable<BodyRequest>,
		options: EvaluateOptions,
	): AsyncGenerator<BodyResult, void, undefined> {
		const ahead: Promise<BodyResult>[] = [];
		const call = this.#beginCall(options);
		try {
			for await (const request of requests) {
				await call.room();
				ahead.push(call.hand(request));
				if (ahead.length > 3 * this.threads) yield await ahead.shift()!;
			}
			for (const result of ahead) yield await result;
		} finally {
			call.end();
		}
	}

	async close(): Promise<void> {
		this.#failure ??= new BodyPoolError("The pool is closed.");
		await this.#giveUp(this.#failure);
	}

	/** One call's requests: they are abandoned together. */
	#beginCall({ signal, ...outputs }: EvaluateOptions) {
		const jobs = new Set<Job>();
		const rejections = new Set<(reason: unknown) => void>();
		const abort = (): void => {
			for (const job of jobs) job.isAbandoned = true;
			for (const reject of rejections) reject(signal?.reason);
			this.#drop();
		};
		signal?.addEventListener("abort", abort);
		return {
			/** Waits for a place in the queue. */
			room: async (): Promise<void> => {
				while (this.#failure === null && this.#queue.length >= this.#settings.queueLimit) {
					await new Promise<void>((resolve) => this.#waiting.push(resolve));
					signal?.throwIfAborted();
				}
				signal?.throwIfAborted();
				if (this.#failure !== null) throw this.#failure;
			},
			hand: (request: BodyRequest): Promise<BodyResult> => {
				const result = new Promise<BodyResult>((resolve, reject) => {
					const job: Job = {
						request,
						outputs,
						isAbandoned: false,
						settle: (outcome) => {
							jobs.delete(job);
							rejections.delete(reject);
							// A pool that is closed or broken is no fault of the request.
							if (outcome === this.#failure) reject(outcome);
							else resolve(resultOf(outcome));
						},
					};
					jobs.add(job);
					rejections.add(reject);
					this.#queue.push(job);
				});
				// The caller may be waiting for an earlier one.
				result.catch(() => undefined);
				this.#serve();
				return result;
			},
			end: (): void => {
				signal?.removeEventListener("abort", abort);
				for (const job of jobs) job.isAbandoned = true;
				this.#drop();
			},
		};
	}

	#start(place: number): void {
		const { startThread, asset, model } = this.#settings;
		let wasOpen = false;
		const thread = new PoolThread(startThread, asset, model, {
			onFree: () => {
				if (!wasOpen) {
					wasOpen = true;
					this.#failedStarts = 0;
					if (this.#threads.every(({ isOpen }) => isOpen)) this.#settleReady(null);
				}
				this.#serve();
			},
			onDeath: (error, unfinished) => {
				this.#queue.unshift(...unfinished);
				if (!wasOpen && ++this.#failedStarts >= MAX_FAILED_STARTS) {
					this.#failure ??= error;
					void this.#giveUp(this.#failure);
				} else if (this.#failure === null) this.#start(place);
			},
		});
		this.#threads[place] = thread;
	}

	#serve(): void {
		while (this.#queue.length > 0) {
			const [thread] = this.#threads.filter(({ canTake }) => canTake).sort((a, b) => a.load - b.load);
			if (thread === undefined) break;
			thread.take(this.#queue.shift()!);
		}
		this.#wake();
	}

	/** Forgets jobs in the queue that nobody waits for. */
	#drop(): void {
		const kept = this.#queue.filter(({ isAbandoned }) => !isAbandoned);
		this.#queue.splice(0, this.#queue.length, ...kept);
		this.#wake(true);
	}

	#wake(isForced = false): void {
		if (!isForced && this.#queue.length >= this.#settings.queueLimit) return;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const resume of waiting) resume();
	}

	async #giveUp(failure: BodyPoolError): Promise<void> {
		this.#settleReady(failure);
		for (const job of this.#queue.splice(0)) job.settle(failure);
		this.#wake(true);
		await Promise.all(this.#threads.map((thread) => thread.end(failure)));
	}
}

function resultOf(outcome: EvaluatedBody | Error): BodyResult {
	return outcome instanceof Error
		? { error: outcome, vertices: null, normals: null, joints: null, measurements_m: null, mass_kg: null }
		: { error: null, ...outcome };
}

function requireCount(value: number, name: string): void {
	if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}, not a number from 1 on.`);
}
