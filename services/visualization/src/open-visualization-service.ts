import { VisualizationService } from "@anny-fitter/contracts/rpc";
import type { ServiceMetrics } from "@anny-fitter/platform/observability";
import { createErrorInterceptor } from "@anny-fitter/platform/rpc";
import { openTaskThread } from "@anny-fitter/platform/threads";
import type { ConnectRouter } from "@connectrpc/connect";
import { parseMeshRequest, parseRequestParams } from "./mesh-request.js";
import type { VisualizationTasks, VisualizationThreadData } from "./visualization-tasks.js";

export interface VisualizationServiceOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	/** Bodies that may be built at once, each in a thread of its own; default 1, as one takes a tenth of a second. */
	readonly threads?: number | undefined;
	/** Heap of each thread. */
	readonly memoryLimit_mb?: number | undefined;
	readonly metrics?: ServiceMetrics | undefined;
}

/** The visualization service, ready to be served over gRPC or called in this process. */
export interface OpenedVisualizationService {
	routes(router: ConnectRouter): void;
	/** Cancels what runs and ends the threads. */
	close(): Promise<void>;
	isHealthy(): boolean;
}

/** Largest piece of a file in one message. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Loads the body model in a worker thread.
 *
 * @throws {AppError} `model_data_missing`, `model_data_invalid`
 */
export async function openVisualizationService(
	options: VisualizationServiceOptions = {},
): Promise<OpenedVisualizationService> {
	const { modelDataDir, cacheDir, threads: size = 1, memoryLimit_mb, metrics } = options;
	const threads = await openTaskThread<VisualizationTasks>(new URL("./visualization-worker.js", import.meta.url), {
		name: "anny-fitter-visualization",
		workerData: { modelDataDir, cacheDir } satisfies VisualizationThreadData,
		size,
		metrics,
		...(memoryLimit_mb === undefined ? {} : { memoryLimit_mb }),
	});
	let isClosed = false;
	return {
		routes: (router) => {
			router.service(
				VisualizationService,
				{
					async *buildMesh(request, { signal }) {
						const file = await threads.run("buildMesh", parseMeshRequest(request), { signal });
						for (let from = 0; from < file.length; from += PIECE_BYTES) {
							yield {
								piece: file.subarray(from, from + PIECE_BYTES),
								...(from === 0 ? { totalSizeBytes: BigInt(file.length) } : {}),
							};
						}
					},
					async measure(request, { signal }) {
						const params = parseRequestParams(request.paramsJson);
						return { documentJson: await threads.run("measure", { params }, { signal }) };
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
