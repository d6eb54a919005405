import { AppError } from "@anny-fitter/contracts";
import { type AnalyseRequest, VisionService } from "@anny-fitter/contracts/rpc";
import type { FitProgress } from "@anny-fitter/pipeline";
import {
	addGpuMetrics,
	addSpan,
	createStageClock,
	type Log,
	type ServiceMetrics,
} from "@anny-fitter/platform/observability";
import { createErrorInterceptor } from "@anny-fitter/platform/rpc";
import { openVision, type VisionOptions } from "@anny-fitter/vision";
import type { ConnectRouter } from "@connectrpc/connect";
import { analysePhoto } from "./analyse-photo.js";
import { CallLimiter, stopping } from "./call-limiter.js";
import { EventChannel } from "./event-channel.js";

export interface VisionServiceOptions extends VisionOptions {
	/** Photos held decoded at a time: one is analysed while the next is read. Default 2. */
	readonly maxRunning?: number;
	/** Calls that wait for their turn before others are refused. Default 64. */
	readonly maxWaiting?: number;
	/** Told where the networks run and why; never about a photo. */
	readonly log?: Pick<Log, "info" | "warn">;
	readonly metrics?: ServiceMetrics | undefined;
}

/** The vision service with its networks loaded. */
export interface OpenedVisionService {
	/** Adds `anny_fitter.v1.VisionService`, for a server or for a transport in this process. */
	routes(router: ConnectRouter): void;
	/** False once closed, or when the last photos all failed for reasons that are not theirs. */
	isHealthy(): boolean;
	/** Fails what runs and waits with `service_unavailable`; callers that should finish are waited for by the server. */
	close(): Promise<void>;
}

/** After so many failures of the networks in a row the process should be started again. */
const MAX_FAILURES = 3;

/**
 * Loads the networks and serves them.
 *
 * @throws AppError `inference_failed`, `inference_out_of_memory`
 */
export async function openVisionService(options: VisionServiceOptions = {}): Promise<OpenedVisionService> {
	const { maxRunning = 2, maxWaiting = 64, log, metrics, ...visionOptions } = options;
	const vision = await openVision(visionOptions);
	const { device, deviceWarning, warning } = vision.start;
	for (const text of [deviceWarning, warning]) if (text !== null) log?.warn({ device }, text);
	log?.info({ device, start_ms: Math.round(vision.start.start_ms) }, "vision networks loaded");
	const limiter = new CallLimiter(maxRunning, maxWaiting);
	metrics?.readTasks("anny-fitter-vision", () => ({ running: limiter.running, waiting: limiter.waiting }));
	if (metrics !== undefined && device === "cuda") await addGpuMetrics(metrics);
	let isClosed = false;
	let failureCount = 0;

	/** One photo whose turn has come, stage by stage. */
	const look = async (request: AnalyseRequest, signal: AbortSignal, onProgress: (event: FitProgress) => void) => {
		const stages = createStageClock("photo", (stage, duration_s) => metrics?.observePhotoStage(stage, duration_s));
		const watch = (event: FitProgress) => {
			stages.begin(event.stage);
			onProgress(event);
		};
		try {
			return await analysePhoto(vision, request, { signal, onProgress: watch }, metrics);
		} finally {
			stages.end();
		}
	};

	const analyse = async (request: AnalyseRequest, signal: AbortSignal, onProgress: (event: FitProgress) => void) => {
		const came_ms = Date.now();
		let code = "ok";
		try {
			const observation = await limiter.run(() => {
				const waited_ms = Date.now() - came_ms;
				addSpan("photo wait", came_ms, came_ms + waited_ms);
				metrics?.observeTaskWait("anny-fitter-vision", waited_ms / 1000);
				return look(request, signal, onProgress);
			}, signal);
			failureCount = 0;
			return observation;
		} catch (error) {
			code = error instanceof AppError ? error.code : "internal";
			if (isFailureOfNetworks(error)) failureCount++;
			// Closing cancels the analysis; the caller did not ask for that.
			throw isClosed && !signal.aborted && hasCode(error, "cancelled") ? stopping() : error;
		} finally {
			metrics?.countPhoto(code);
			// Also when its turn never came.
			request.photo.fill(0);
		}
	};

	return {
		routes: (router) => {
			router.service(
				VisionService,
				{
					async *analyse(request, { signal }) {
						const progress = new EventChannel<FitProgress>();
						const work = analyse(request, signal, (event) => progress.push(event)).finally(() => progress.close());
						// A reader that leaves early does not wait for the outcome.
						work.catch(() => undefined);
						for await (const value of progress) yield { event: { case: "progress", value } };
						yield { event: { case: "result", value: await work } };
					},
				},
				{ interceptors: [createErrorInterceptor()] },
			);
		},
		isHealthy: () => !isClosed && failureCount < MAX_FAILURES,
		close: async () => {
			isClosed = true;
			limiter.close();
			await vision.close();
		},
	};
}

function isFailureOfNetworks(error: unknown): boolean {
	return (
		!(error instanceof AppError) || hasCode(error, "inference_failed") || hasCode(error, "inference_out_of_memory")
	);
}

function hasCode(error: unknown, code: AppError["code"]): boolean {
	return error instanceof AppError && error.code === code;
}
