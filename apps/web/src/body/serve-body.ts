import { BodyEngine, type PreparedBody } from "./body-engine.js";
import { CANCELLED, type FromBodyWorker, type ToBodyWorker } from "./worker-messages.js";

/** The worker's end of the line to the page; a Node port of messages has this shape too. */
export interface BodyPort {
	postMessage(message: FromBodyWorker, transfer: ArrayBuffer[]): void;
	addEventListener(type: "message", listener: (event: { readonly data: ToBodyWorker }) => void): void;
}

/** Long work is done in slices, so that sliders and turning bodies do not wait for it. */
const SLICE_MS = 12;

/** Does what the page asks for. Calls are done in order, but those that take long step aside for the others. */
export function serveBody(port: BodyPort): void {
	const server = new BodyServer(port);
	port.addEventListener("message", ({ data }) => void server.handle(data));
}

class BodyServer {
	readonly #port: BodyPort;
	#engine: BodyEngine | null = null;
	readonly #sessions = new Map<number, PreparedBody>();
	/** Calls in slices that have not ended. */
	readonly #running = new Set<number>();

	constructor(port: BodyPort) {
		this.#port = port;
	}

	async handle(message: ToBodyWorker): Promise<void> {
		const { id } = message;
		if (message.type === "cancel") {
			this.#running.delete(id);
			// It may have ended already.
			this.#sessions.delete(id);
			return;
		}
		try {
			const { value, transfer } = await this.#answer(message);
			this.#port.postMessage({ id, type: "done", value }, transfer);
		} catch (error) {
			const text = error instanceof Error ? error.message : String(error);
			this.#port.postMessage({ id, type: "failed", message: text }, []);
		}
	}

	async #answer(
		message: Exclude<ToBodyWorker, { type: "cancel" }>,
	): Promise<{ value: unknown; transfer: ArrayBuffer[] }> {
		if (message.type === "open") {
			this.#engine = new BodyEngine(message.asset);
			return { value: this.#engine.topology, transfer: [] };
		}
		const engine = this.#engine;
		if (engine === null) throw new Error("the body model is not loaded");
		switch (message.type) {
			case "geometry": {
				const value = engine.geometry(message.shape, message.pose);
				return { value, transfer: Object.values(value).map(bufferOf) };
			}
			case "tapes": {
				const value = engine.tapes(message.shape, message.pose);
				return { value, transfer: value.map(({ path }) => bufferOf(path)) };
			}
			case "vertex_sigma": {
				const { shape, covariance, measurements } = message;
				const value = await this.#inSlices(message.id, engine.vertexSigma_m(shape, covariance, measurements));
				return { value, transfer: [bufferOf(value)] };
			}
			case "prepare": {
				const prepared = await this.#inSlices(message.id, engine.prepare(message.shape, message.covariance));
				this.#sessions.set(message.id, prepared);
				return { value: message.id, transfer: [] };
			}
			case "solve": {
				const prepared = this.#sessions.get(message.session);
				if (prepared === undefined) throw new Error("the session is closed");
				return { value: engine.solve(prepared, message.request), transfer: [] };
			}
			case "close":
				this.#sessions.delete(message.session);
				return { value: null, transfer: [] };
		}
	}

	async #inSlices<T>(id: number, steps: Generator<number, T>): Promise<T> {
		this.#running.add(id);
		try {
			for (;;) {
				const until = performance.now() + SLICE_MS;
				let step = steps.next();
				while (!step.done && performance.now() < until) step = steps.next();
				if (step.done) return step.value;
				this.#port.postMessage({ id, type: "progress", fraction: step.value }, []);
				await turnEventLoop();
				if (!this.#running.has(id)) throw new Error(CANCELLED);
			}
		} finally {
			this.#running.delete(id);
		}
	}
}

/** Lets waiting messages in. */
function turnEventLoop(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

function bufferOf(array: Float32Array): ArrayBuffer {
	// Made by the engine, never shared.
	return array.buffer as ArrayBuffer;
}
