import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import type { FromThread, TaskTypes, ToThread } from "./messages.js";
import { packError } from "./travelling-error.js";

/** What a task knows of its caller. */
export interface TaskContext<Progress> {
	/** Aborted once the caller has lost interest; changes while the task computes, without the event loop turning. */
	readonly signal: { readonly aborted: boolean };
	report(progress: Progress): void;
	/** Hands memory of the output over instead of copying it; the task must not use it afterwards. */
	transfer(...buffers: Transferable[]): void;
}

export type TaskHandlers<Tasks extends TaskTypes> = {
	readonly [Name in keyof Tasks]: (
		input: Tasks[Name]["input"],
		context: TaskContext<Tasks[Name]["progress"]>,
	) => Tasks[Name]["output"] | Promise<Tasks[Name]["output"]>;
};

/**
 * The worker's side of `openTaskThread`: to be called once, by the worker's entry file.
 *
 * @param open loads what the tasks need, from the `workerData` that the host gave; what it throws, the host throws
 */
export async function serveTasks<Tasks extends TaskTypes, Data = unknown>(
	open: (data: Data) => TaskHandlers<Tasks> | Promise<TaskHandlers<Tasks>>,
): Promise<void> {
	if (parentPort === null) throw new Error("serveTasks runs only in a worker thread");
	const port = parentPort;
	const reply = (message: FromThread, transfer: readonly Transferable[] = []): void =>
		port.postMessage(message, transfer);
	let handlers: TaskHandlers<Tasks>;
	try {
		handlers = await open(workerData as Data);
	} catch (error) {
		reply({ type: "unusable", error: packError(error) });
		return;
	}
	const run = async ({ id, name, input, cancelled }: ToThread & { type: "run" }): Promise<void> => {
		const signal = {
			get aborted() {
				return Atomics.load(cancelled, 0) !== 0;
			},
		};
		const transfer: Transferable[] = [];
		try {
			const handler = handlers[name];
			if (handler === undefined) throw new RangeError(`There is no task "${name}".`);
			if (signal.aborted) throw new AppError("cancelled", "The task was cancelled.");
			const output = await handler(input, {
				signal,
				report: (progress) => reply({ type: "progress", id, progress }),
				transfer: (...buffers) => transfer.push(...buffers),
			});
			reply({ type: "result", id, output }, transfer);
		} catch (error) {
			reply({ type: "error", id, error: packError(error) });
		}
	};
	// The host sends one task at a time; closing waits for it.
	let running: Promise<void> = Promise.resolve();
	port.on("message", (message: ToThread) => {
		if (message.type === "run") running = run(message);
		else void running.finally(() => port.close());
	});
	reply({ type: "ready" });
}
