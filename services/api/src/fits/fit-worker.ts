import type { ApiDependencies } from "../dependencies.js";
import { CircuitBreaker } from "./circuit-breaker.js";
import { FitJobRunner } from "./fit-job.js";
import { startFitSweeper } from "./fit-sweeper.js";
import { FittingClient } from "./fitting-client.js";
import { VisionClient } from "./vision-client.js";

/** Takes jobs and cleans up, until it is stopped. */
export interface FitWorker {
	/** Takes no more jobs, waits for running ones within the grace of the settings, then hands them over. */
	stop(): Promise<void>;
}

/** Starts working on queued fits in this process. Several processes may do so side by side. */
export async function startFitWorker(dependencies: ApiDependencies): Promise<FitWorker> {
	const { config, queue, services, log, now, metrics } = dependencies;
	const breaker = new CircuitBreaker({
		threshold: 5,
		window_ms: 60_000,
		halfOpenAfter_ms: 30_000,
		now,
		onChange: (state) => {
			log.warn({ state }, "vision breaker");
			metrics?.setBreakerState("vision", state);
		},
	});
	metrics?.setBreakerState("vision", breaker.state);
	const runner = new FitJobRunner(dependencies, {
		vision: new VisionClient(services.vision, breaker, (code) => {
			log.warn({ code }, "vision is tried again");
			metrics?.countRetry("vision");
		}),
		fitting: new FittingClient(services.fitting),
	});
	const sweeper = await startFitSweeper(dependencies);
	await queue.work((job) => runner.run(job), { concurrency: config.fitConcurrency });
	return {
		stop: async () => {
			await sweeper.stop();
			await queue.stop({ grace_ms: config.shutdownGrace_ms });
		},
	};
}
