/** One event of a running task: progress while it runs, its output at the end. */
export type TaskEvent<Progress, Output> =
	| { readonly type: "progress"; readonly progress: Progress }
	| { readonly type: "result"; readonly output: Output };

/**
 * A task as a stream of events, for handlers that stream their answer. A consumer that stops reading aborts the task.
 *
 * @param run starts the task; what it throws, the stream throws
 * @param signal of the consumer's own call
 */
export async function* taskEvents<Progress, Output>(
	run: (options: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<Output>,
	signal?: AbortSignal,
): AsyncGenerator<TaskEvent<Progress, Output>, void, undefined> {
	const left = new AbortController();
	const reports: Progress[] = [];
	let outcome: { readonly output: Output } | { readonly error: unknown } | null = null;
	let wake = () => {};
	const task = run({
		signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
		onProgress: (progress) => {
			reports.push(progress);
			wake();
		},
	});
	task.then(
		(output) => {
			outcome = { output };
			wake();
		},
		(error: unknown) => {
			outcome = { error };
			wake();
		},
	);
	const next = () => ({ report: reports.shift(), outcome });
	try {
		for (;;) {
			const woken = new Promise<void>((resolve) => {
				wake = resolve;
			});
			const { report, outcome: end } = next();
			if (report !== undefined) yield { type: "progress", progress: report };
			else if (end === null) await woken;
			else if ("error" in end) throw end.error;
			else {
				yield { type: "result", output: end.output };
				return;
			}
		}
	} finally {
		left.abort();
	}
}
