import {
	addCounter,
	addGauge,
	addHistogram,
	createMetricsRegistry,
	type MetricsRegistry,
	type MetricsRegistryOptions,
} from "./metrics-registry.js";

/** Seconds, from answers of a cache to fits on a busy machine. */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] as const;

/** What the services count and time wherever they run. No label ever holds an id or anything of a person. */
export interface ServiceMetrics extends MetricsRegistry {
	/** @param rpc such as `anny_fitter.v1.FittingService/Fit` @param code `ok` or a code of the error table */
	observeCall(side: "client" | "server", rpc: string, code: string, duration_s: number): void;
	/** @param pool name of the threads @param code as above */
	observeTask(pool: string, task: string, code: string, duration_s: number): void;
	observeTaskWait(pool: string, wait_s: number): void;
	readTasks(pool: string, read: () => { readonly running: number; readonly waiting: number }): void;
	/** One photo was looked at. @param code as above */
	countPhoto(code: string): void;
	/** @param stage `decode` or `vision` */
	observePhotoStage(stage: string, duration_s: number): void;
	/** @param network a network of the product, by the name that its code has for it */
	observeInference(network: string, device: string, duration_s: number): void;
	/** @param stage of the solver, such as `silhouettes`, or what follows it, such as `measure` */
	observeSolverStage(stage: string, duration_s: number): void;
	/** @param role of the database that the transaction ran under @param outcome `committed`, `rolled_back`, `lost` */
	observeTransaction(role: string, outcome: string, duration_s: number): void;
	/**
	 * A read that may be made on a replica was made. Without a replica nothing is counted.
	 * @param server `replica`, `primary` @param reason `fresh` on the replica, else why it was not asked
	 */
	countRead(server: string, reason: string): void;
}

/** The metrics of a process that serves one of the services. */
export function createServiceMetrics(options: MetricsRegistryOptions = {}): ServiceMetrics {
	const metrics = createMetricsRegistry(options);
	const callNames = ["rpc", "code"] as const;
	const serverCalls = addHistogram(
		metrics,
		"rpc_server_duration_seconds",
		"Time of the calls that this process answered.",
		callNames,
		DURATION_BUCKETS_S,
	);
	const clientCalls = addHistogram(
		metrics,
		"rpc_client_duration_seconds",
		"Time of the calls that this process made.",
		callNames,
		DURATION_BUCKETS_S,
	);
	const tasks = addHistogram(
		metrics,
		"thread_task_duration_seconds",
		"Time that tasks ran on worker threads.",
		["pool", "task", "code"],
		DURATION_BUCKETS_S,
	);
	const waits = addHistogram(
		metrics,
		"thread_task_wait_seconds",
		"Time that tasks waited for a worker thread.",
		["pool"],
		DURATION_BUCKETS_S,
	);
	const photos = addCounter(metrics, "vision_photos_total", "Photos that were looked at, by what came of it.", [
		"code",
	]);
	const photoStages = addHistogram(
		metrics,
		"vision_stage_duration_seconds",
		"Time per photo: `decode`, and `vision` with all networks and what follows them.",
		["stage"],
		DURATION_BUCKETS_S,
	);
	const inference = addHistogram(
		metrics,
		"inference_duration_seconds",
		"Time of single runs of the neural networks.",
		["network", "device"],
		[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
	);
	const solver = addHistogram(
		metrics,
		"fitting_stage_duration_seconds",
		"Time per fit and stage in the fitting service.",
		["stage"],
		DURATION_BUCKETS_S,
	);
	const transactions = addHistogram(
		metrics,
		"database_transaction_duration_seconds",
		"Time of transactions, waiting for a connection included.",
		["role", "outcome"],
		[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
	);
	const reads = addCounter(
		metrics,
		"database_reads_total",
		"Reads that a replica may answer, by which server did and why.",
		["server", "reason"],
	);
	const pools = new Map<string, () => { readonly running: number; readonly waiting: number }>();
	return {
		...metrics,
		observeCall: (side, rpc, code, duration_s) =>
			(side === "server" ? serverCalls : clientCalls)({ rpc, code }, duration_s),
		observeTask: (pool, task, code, duration_s) => tasks({ pool, task, code }, duration_s),
		observeTaskWait: (pool, wait_s) => waits({ pool }, wait_s),
		readTasks: (pool, read) => {
			pools.set(pool, read);
			addGauge(metrics, "thread_tasks", "Tasks that run on worker threads or wait for one.", ["pool", "state"], () =>
				[...pools].flatMap(([name, readPool]) => {
					const { running, waiting } = readPool();
					return [
						{ labels: { pool: name, state: "running" }, value: running },
						{ labels: { pool: name, state: "waiting" }, value: waiting },
					];
				}),
			);
		},
		countPhoto: (code) => photos({ code }),
		observePhotoStage: (stage, duration_s) => photoStages({ stage }, duration_s),
		observeInference: (network, device, duration_s) => inference({ network, device }, duration_s),
		observeSolverStage: (stage, duration_s) => solver({ stage }, duration_s),
		countRead: (server, reason) => reads({ server, reason }),
		observeTransaction: (role, outcome, duration_s) => transactions({ role, outcome }, duration_s),
	};
}
