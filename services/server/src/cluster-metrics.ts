import type { Worker } from "node:cluster";
import { mergeMetrics } from "@anny-fitter/platform/observability";

/** How long one process waits for the metrics of another; less than Prometheus waits for all. */
const TIMEOUT_MS = 2000;

/** From the primary to a worker. */
export type MetricsRequest =
	| { readonly type: "read_metrics"; readonly id: number }
	| { readonly type: "all_metrics"; readonly id: number; readonly text: string };
/** From a worker to the primary. */
export type MetricsReply =
	| { readonly type: "gather_metrics"; readonly id: number }
	| { readonly type: "metrics"; readonly id: number; readonly text: string };

/** Answers that are waited for, by the number of their question. */
class Questions {
	readonly #open = new Map<number, (text: string | null) => void>();
	#nextId = 0;

	/** @returns null when no answer comes in time */
	ask(send: (id: number) => void): Promise<string | null> {
		const id = this.#nextId++;
		return new Promise((resolve) => {
			const settle = (text: string | null) => {
				clearTimeout(timer);
				this.#open.delete(id);
				resolve(text);
			};
			const timer = setTimeout(settle, TIMEOUT_MS, null);
			this.#open.set(id, settle);
			send(id);
		});
	}

	answer(id: number, text: string): void {
		this.#open.get(id)?.(text);
	}
}

/**
 * The primary's side. Prometheus reaches one of the processes behind the port by chance; whichever it is gives the metrics
 * of all, or every counter would jump from scrape to scrape.
 */
export class PrimaryMetrics {
	readonly #own: () => Promise<string>;
	readonly #workers: () => readonly Worker[];
	readonly #questions = new Questions();

	/** @param own metrics of the primary itself, which runs the services */
	constructor(own: () => Promise<string>, workers: () => readonly Worker[]) {
		this.#own = own;
		this.#workers = workers;
	}

	receive(asker: Worker, message: MetricsReply): void {
		if (message.type === "metrics") this.#questions.answer(message.id, message.text);
		else void this.#gather().then((text) => send(asker, { type: "all_metrics", id: message.id, text }));
	}

	async #gather(): Promise<string> {
		const asked = this.#workers().map((worker) =>
			this.#questions.ask((id) => send(worker, { type: "read_metrics", id })),
		);
		const texts = await Promise.all([this.#own(), ...asked]);
		return mergeMetrics(texts.filter((text) => text !== null));
	}
}

/** A worker's side. */
export class WorkerMetrics {
	readonly #own: () => Promise<string>;
	readonly #tell: (message: MetricsReply) => void;
	readonly #questions = new Questions();

	constructor(own: () => Promise<string>, tell: (message: MetricsReply) => void) {
		this.#own = own;
		this.#tell = tell;
	}

	/** The metrics of all processes; this one's own when the primary does not answer. */
	async gather(): Promise<string> {
		const text = await this.#questions.ask((id) => this.#tell({ type: "gather_metrics", id }));
		return text ?? this.#own();
	}

	receive(message: MetricsRequest): void {
		if (message.type === "all_metrics") this.#questions.answer(message.id, message.text);
		else void this.#own().then((text) => this.#tell({ type: "metrics", id: message.id, text }));
	}
}

function send(worker: Worker, message: MetricsRequest): void {
	if (worker.isConnected()) worker.send(message, () => undefined);
}
