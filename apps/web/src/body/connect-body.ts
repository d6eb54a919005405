import type {
	AdjustedBody,
	AdjustRequest,
	AdjustSession,
	BodyClient,
	BodyGeometry,
	BodyTape,
	BodyTopology,
} from "./body-types.js";
import type { BodyCall, FromBodyWorker, ToBodyWorker } from "./worker-messages.js";

/** The page's end of the line to the body worker. */
export interface BodyLine {
	postMessage(message: ToBodyWorker, transfer: ArrayBuffer[]): void;
	addEventListener(type: "message", listener: (event: { readonly data: FromBodyWorker }) => void): void;
}

interface Call {
	readonly resolve: (value: never) => void;
	readonly reject: (error: Error) => void;
	readonly isQueued: boolean;
}

interface Waiting {
	readonly call: BodyCall;
	readonly lane: string | null;
	readonly resolve: (value: never) => void;
	readonly reject: (error: Error) => void;
}

/**
 * Calls to the worker. They wait here, not there, one at a time: so that a newer one of the same lane can take the place of
 * an older one that has not begun. Calls that nothing can take the place of go at once.
 */
export class BodyConnection {
	readonly #line: BodyLine;
	readonly #calls = new Map<number, Call>();
	#queue: Waiting[] = [];
	#isBusy = false;
	#nextId = 1;
	#failure: Error | null = null;

	constructor(line: BodyLine) {
		this.#line = line;
		line.addEventListener("message", ({ data }) => this.#receive(data));
	}

	/** Makes every call fail, those to come included. */
	fail(error: Error): void {
		this.#failure = error;
		for (const call of this.#calls.values()) call.reject(error);
		for (const waiting of this.#queue) waiting.reject(error);
		this.#calls.clear();
		this.#queue = [];
	}

	/** @returns null when a newer call of the lane came before this one began */
	ask<T>(call: BodyCall, lane: string | null): Promise<T | null> {
		return new Promise<T | null>((resolve, reject) => {
			if (this.#failure !== null) {
				reject(this.#failure);
				return;
			}
			const waiting: Waiting = { call, lane, resolve, reject };
			const place = lane === null ? -1 : this.#queue.findIndex((other) => other.lane === lane);
			if (place < 0) {
				this.#queue.push(waiting);
			} else {
				// It keeps the older one's turn: a lane that is asked all the time still gets one.
				this.#queue[place]?.resolve(null as never);
				this.#queue[place] = waiting;
			}
			this.#sendNext();
		});
	}

	/** A call that does not wait here for others. */
	askAtOnce<T>(call: BodyCall, transfer: ArrayBuffer[] = []): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			if (this.#failure !== null) {
				reject(this.#failure);
				return;
			}
			const id = this.#nextId++;
			this.#calls.set(id, { resolve, reject, isQueued: false });
			this.#line.postMessage({ id, ...call }, transfer);
		});
	}

	#sendNext(): void {
		if (this.#isBusy) return;
		const next = this.#queue.shift();
		if (next === undefined) return;
		this.#isBusy = true;
		const id = this.#nextId++;
		this.#calls.set(id, { resolve: next.resolve, reject: next.reject, isQueued: true });
		this.#line.postMessage({ id, ...next.call }, []);
	}

	#receive(message: FromBodyWorker): void {
		const call = this.#calls.get(message.id);
		if (call === undefined) return;
		this.#calls.delete(message.id);
		if (call.isQueued) {
			this.#isBusy = false;
			this.#sendNext();
		}
		if (message.type === "done") call.resolve(message.value as never);
		else call.reject(new Error(message.message));
	}
}

/**
 * Loads the body model into a worker and speaks with it.
 *
 * @param asset the compiled body model; goes to the worker
 */
export async function connectBody(connection: BodyConnection, asset: Uint8Array<ArrayBuffer>): Promise<BodyClient> {
	const topology = await connection.askAtOnce<BodyTopology>({ type: "open", asset }, [asset.buffer]);
	const laneOf = (kind: string, lane: string | undefined) => (lane === undefined ? null : `${kind}:${lane}`);
	return {
		topology,
		geometry: (shape, pose, lane) =>
			connection.ask<BodyGeometry>({ type: "geometry", shape, pose }, laneOf("geometry", lane)),
		tapes: (shape, pose, lane) => connection.ask<BodyTape[]>({ type: "tapes", shape, pose }, laneOf("tapes", lane)),
		vertexSigma_m: (shape, covariance, measurements) => {
			const sigmas = Object.fromEntries(
				Object.entries(measurements).map(([id, { value_m, sigma_m }]) => [id, { value_m, sigma_m }]),
			);
			return connection.askAtOnce<Float32Array>({ type: "vertex_sigma", shape, covariance, measurements: sigmas });
		},
		correlations: (shape, covariance, quantities) =>
			connection.askAtOnce<Float64Array>({ type: "correlations", shape, covariance, quantities: [...quantities] }),
		startAdjusting: async (shape, covariance) =>
			openSession(connection, await connection.askAtOnce<number>({ type: "prepare", shape, covariance })),
	};
}

function openSession(connection: BodyConnection, session: number): AdjustSession {
	let isClosed = false;
	return {
		solve: async (request: AdjustRequest) => {
			if (isClosed) return null;
			return connection.ask<AdjustedBody>({ type: "solve", session, request }, `session:${session}`);
		},
		close: () => {
			if (isClosed) return;
			isClosed = true;
			// Nobody waits for the answer; a broken worker has no sessions left.
			connection.ask({ type: "close", session }, null).catch(() => undefined);
		},
	};
}
