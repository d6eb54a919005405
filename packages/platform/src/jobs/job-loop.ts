/** Where a loop gets its jobs from and reports to. */
export interface JobSource<Job extends { readonly signal: AbortSignal }> {
	readonly pollInterval_ms: number;
	readonly renewalInterval_ms: number;
	/** Takes up to `count` jobs. */
	fetch(count: number): Promise<{ readonly id: string; readonly job: Omit<Job, "signal"> }[]>;
	complete(id: string): Promise<void>;
	/** Ends a job without another try. */
	fail(id: string): Promise<void>;
	/** Makes a job available to others at once. */
	handOver(id: string): Promise<void>;
	/** Says that these are still being worked on. */
	renew(ids: readonly string[]): Promise<void>;
	/** A report failed; the job will be given out again when its renewal lapses. */
	onError(error: unknown): void;
}

export interface JobLoop<Job> {
	/** @throws TypeError when it has been started before */
	start(handler: (job: Job) => Promise<void>, concurrency: number): void;
	/** Looks for jobs at once. */
	wake(): void;
	/** Takes no more jobs, waits, aborts, waits again, and hands over what still runs. */
	stop(grace_ms: number, abortGrace_ms: number): Promise<void>;
}

interface Running {
	readonly controller: AbortController;
	readonly end: Promise<void>;
}

/**
 * Takes jobs as fast as they can be worked on. pg-boss's own workers are not used: each polls on its own, and a failure
 * to record an outcome would end the process.
 */
export function createJobLoop<Job extends { readonly signal: AbortSignal }>(source: JobSource<Job>): JobLoop<Job> {
	const running = new Map<string, Running>();
	let isStopping = false;
	let isWoken = false;
	let wakeSleeper = () => {};
	let looping: Promise<void> | undefined;
	let renewal: NodeJS.Timeout | undefined;

	function wake(): void {
		isWoken = true;
		wakeSleeper();
	}

	async function sleep(): Promise<void> {
		if (isWoken || isStopping) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, source.pollInterval_ms);
			wakeSleeper = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	async function loop(handler: (job: Job) => Promise<void>, concurrency: number): Promise<void> {
		while (!isStopping) {
			isWoken = false;
			const free = concurrency - running.size;
			let taken = 0;
			if (free > 0) {
				try {
					const jobs = await source.fetch(free);
					taken = jobs.length;
					for (const { id, job } of jobs) {
						if (isStopping) await source.handOver(id);
						else startJob(id, job, handler);
					}
				} catch (error) {
					source.onError(error);
				}
			}
			// With all places taken again there may be more; the end of a job wakes the loop.
			if (taken < free || running.size >= concurrency) await sleep();
		}
	}

	function startJob(id: string, content: Omit<Job, "signal">, handler: (job: Job) => Promise<void>): void {
		const controller = new AbortController();
		const end = runJob(id, { ...content, signal: controller.signal } as unknown as Job, handler).finally(() => {
			running.delete(id);
			wake();
		});
		running.set(id, { controller, end });
	}

	async function runJob(id: string, job: Job, handler: (job: Job) => Promise<void>): Promise<void> {
		let report = source.complete;
		try {
			await handler(job);
		} catch {
			// What went wrong is the handler's to record; the session holds it.
			report = job.signal.aborted ? source.handOver : source.fail;
		}
		try {
			await report(id);
		} catch (error) {
			source.onError(error);
		}
	}

	return {
		start(handler, concurrency) {
			if (looping !== undefined) throw new TypeError("The loop works already.");
			looping = loop(handler, concurrency);
			renewal = setInterval(() => {
				if (running.size > 0) source.renew([...running.keys()]).catch(source.onError);
			}, source.renewalInterval_ms);
			renewal.unref();
		},
		wake,
		async stop(grace_ms, abortGrace_ms) {
			isStopping = true;
			wake();
			// A fetch that is under way may still bring jobs, which others get.
			await looping;
			const ends = () => Promise.all([...running.values()].map(({ end }) => end));
			if (!(await settlesWithin(ends(), grace_ms))) {
				for (const { controller } of running.values()) controller.abort(new Error("The server stops."));
				if (!(await settlesWithin(ends(), abortGrace_ms))) {
					await Promise.all([...running.keys()].map((id) => source.handOver(id).catch(source.onError)));
				}
			}
			clearInterval(renewal);
		},
	};
}

async function settlesWithin(promise: Promise<unknown>, time_ms: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<false>((resolve) => {
		timer = setTimeout(() => resolve(false), time_ms);
	});
	try {
		return await Promise.race([promise.then(() => true as const), late]);
	} finally {
		clearTimeout(timer);
	}
}
