// @ts-nocheck: the types of its tasks are those that threads.test.ts declares.
/** Worker of the tests of task threads. */
import { AppError } from "@anny-fitter/contracts";
import { serveTasks } from "@anny-fitter/platform/threads";

await serveTasks(async (/** @type {{ refuse?: boolean }} */ data) => {
	if (data?.refuse) throw new AppError("model_data_missing", "Nothing here.", { remedy: "Bring something." });
	let calls = 0;
	return {
		count: () => ++calls,
		double: (/** @type {Float64Array} */ input, context) => {
			const output = input.map((v) => 2 * v);
			context.transfer(output.buffer);
			return output;
		},
		/** Computes until it is cancelled or `ms` are over, without ever turning the event loop. */
		spin: (/** @type {number} */ ms, context) => {
			const end = performance.now() + ms;
			while (performance.now() < end) {
				if (context.signal.aborted) throw new AppError("cancelled", "Stopped.");
			}
			return "spun";
		},
		deaf: (/** @type {number} */ ms) => {
			const end = performance.now() + ms;
			while (performance.now() < end);
			return "done";
		},
		steps: async (/** @type {number} */ n, context) => {
			for (let i = 0; i < n; i++) context.report(i);
			return n;
		},
		refuse: () => {
			throw new AppError("invalid_argument", "Not like this.", {
				remedy: "Like that.",
				details: { field: "x" },
				retryable: true,
				cause: new Error("why"),
			});
		},
		defect: () => {
			throw new TypeError("undefined is not a function");
		},
		unclonable: () => () => 1,
		crash: () => {
			setTimeout(() => {
				throw new Error("outside of any task");
			});
			return new Promise(() => undefined);
		},
		exit: () => process.exit(3),
		hoard: () => {
			/** @type {unknown[]} */
			const kept = [];
			for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
		},
	};
});
