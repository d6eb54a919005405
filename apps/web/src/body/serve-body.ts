import { BodyEngine, type PreparedBody } from "./body-engine.js";
import type { FromBodyWorker, ToBodyWorker } from "./worker-messages.js";

/** The worker's end of the line to the page; a Node port of messages has this shape too. */
export interface BodyPort {
	postMessage(message: FromBodyWorker, transfer: ArrayBuffer[]): void;
	addEventListener(type: "message", listener: (event: { readonly data: ToBodyWorker }) => void): void;
}

/** Does what the page asks for, call by call. */
export function serveBody(port: BodyPort): void {
	const server = new BodyServer(port);
	port.addEventListener("message", ({ data }) => server.handle(data));
}

class BodyServer {
	readonly #port: BodyPort;
	#engine: BodyEngine | null = null;
	readonly #sessions = new Map<number, PreparedBody>();

	constructor(port: BodyPort) {
		this.#port = port;
	}

	handle(message: ToBodyWorker): void {
		const { id } = message;
		try {
			const { value, transfer } = this.#answer(message);
			this.#port.postMessage({ id, type: "done", value }, transfer);
		} catch (error) {
			const text = error instanceof Error ? error.message : String(error);
			this.#port.postMessage({ id, type: "failed", message: text }, []);
		}
	}

	#answer(message: ToBodyWorker): { value: unknown; transfer: ArrayBuffer[] } {
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
				const value = engine.vertexSigma_m(shape, covariance, measurements);
				return { value, transfer: [bufferOf(value)] };
			}
			case "correlations": {
				const { shape, covariance, quantities } = message;
				return { value: engine.correlations(shape, covariance, quantities), transfer: [] };
			}
			case "prepare": {
				this.#sessions.set(message.id, engine.prepare(message.shape, message.covariance));
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
}

function bufferOf(array: Float32Array): ArrayBuffer {
	// Made by the engine, never shared.
	return array.buffer as ArrayBuffer;
}
