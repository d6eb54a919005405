import { availableParallelism } from "node:os";
import { FittingService } from "@anny-fitter/contracts/rpc";
import type { FitProgress } from "@anny-fitter/pipeline";
import { createStageClock, type Log, type ServiceMetrics } from "@anny-fitter/platform/observability";
import { createErrorInterceptor } from "@anny-fitter/platform/rpc";
import { openTaskThread, taskEvents } from "@anny-fitter/platform/threads";
import type { ConnectRouter } from "@connectrpc/connect";
import { buffersOf, parseFitRequest } from "./fit-request.js";
import type { FitTaskOutput, FittingTasks, FittingThreadData } from "./fitting-tasks.js";

export interface FittingServiceOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	/** Fits that may run at once, each in a thread of its own; default half of the processors. */
	readonly threads?: number | undefined;
	/** Heap of each thread. */
	readonly memoryLimit_mb?: number | undefined;
	readonly log?: Pick<Log, "warn">;
	readonly metrics?: ServiceMetrics | undefined;
}

/** The fitting service, ready to be served over gRPC or called in this process. */
export interface OpenedFittingService {
	routes(router: ConnectRouter): void;
	/** Cancels what runs and ends the threads. */
	close(): Promise<void>;
	isHealthy(): boolean;
}

/**
 * Loads the body model in a worker thread.
 *
 * @throws {AppError} `model_data_missing`, `model_data_invalid`
 */
export async function openFittingService(options: FittingServiceOptions = {}): Promise<OpenedFittingService> {
	const { modelDataDir, cacheDir, memoryLimit_mb, log, metrics } = options;
	const threads = await openTaskThread<FittingTasks>(new URL("./fitting-worker.js", import.meta.url), {
		name: "anny-fitter-fitting",
		workerData: { modelDataDir, cacheDir } satisfies FittingThreadData,
		size: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
		metrics,
		...(memoryLimit_mb === undefined ? {} : { memoryLimit_mb }),
	});
	let isClosed = false;
	return {
		routes: (router) => {
			router.service(
				FittingService,
				{
					async *fit(request, { signal }) {
						const input = parseFitRequest(request);
						const stages = createStageClock("solve", (stage, duration_s) =>
							metrics?.observeSolverStage(stage, duration_s),
						);
						const events = taskEvents<FitProgress, FitTaskOutput>(
							({ onProgress, ...run }) =>
								threads.run("fit", input, {
									...run,
									transfer: buffersOf(input),
									onProgress: (progress) => {
										stages.begin(progress.part ?? progress.stage);
										onProgress(progress);
									},
									onEnd: () => stages.end(),
								}),
							signal,
						);
						for await (const event of events) {
							if (event.type === "progress") {
								yield { event: { case: "progress", value: event.progress } };
								continue;
							}
							const { documentJson, isFlaggedForReview, failure } = event.output;
							if (failure !== null) log?.warn(failure, "a fit ended in the body of the stated facts");
							yield { event: { case: "result", value: { documentJson, flaggedForReview: isFlaggedForReview } } };
						}
					},
				},
				{ interceptors: [createErrorInterceptor()] },
			);
		},
		close: () => {
			isClosed = true;
			return threads.close();
		},
		isHealthy: () => !isClosed,
	};
}
