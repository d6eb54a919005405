/** One API process of a cluster; it is told its settings by the primary. */
import { AppError } from "@anny-fitter/contracts";
import { createMetrics, startTracing, type Tracing } from "@anny-fitter/platform/observability";
import { WorkerMetrics } from "./cluster-metrics.js";
import { serverLog } from "./server-log.js";
import type { PrimaryMessage, WorkerMessage } from "./start-cluster.js";
import { type RunningServer, startServer } from "./start-server.js";

let starting: Promise<RunningServer> | undefined;
let metricsOfAll: WorkerMetrics | undefined;
let tracing: Tracing | undefined;

function tell(message: WorkerMessage): Promise<void> {
	return new Promise((resolve) => {
		if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
		else resolve();
	});
}

async function start(message: PrimaryMessage & { type: "start" }): Promise<void> {
	const { config } = message;
	const own = createMetrics({ service: "api", process: message.process });
	metricsOfAll = new WorkerMetrics(
		() => own.render(),
		(reply) => void tell(reply),
	);
	const metrics = { ...own, render: () => (metricsOfAll as WorkerMetrics).gather() };
	try {
		const log = serverLog(config, "api");
		tracing = await startTracing({ service: "api", env: process.env, log });
		// Buffers arrive as plain byte arrays.
		starting = startServer(
			{
				...config,
				jwtSecret: Buffer.from(config.jwtSecret),
				jwtSecretBefore: config.jwtSecretBefore && Buffer.from(config.jwtSecretBefore),
				vaultSecret: config.vaultSecret && Buffer.from(config.vaultSecret),
			},
			log,
			metrics,
		);
		await tell({ type: "listening", url: (await starting).url });
	} catch (error) {
		if (!(error instanceof AppError)) serverLog(config, "api").error({ err: error }, "an API process could not start");
		const known = error instanceof AppError ? error : new AppError("internal", "An API process could not start.");
		await tell({ type: "failed", code: known.code, error: known.message, remedy: known.remedy });
		process.exit(1);
	}
}

async function stop(): Promise<void> {
	await (await starting?.catch(() => undefined))?.stop().catch(() => undefined);
	await tracing?.stop();
	process.exit(0);
}

process.on("message", (message: PrimaryMessage) => {
	if (message.type === "start") void start(message);
	else if (message.type === "stop") void stop();
	else metricsOfAll?.receive(message);
});
// Without its primary a worker has no services and no successor.
process.once("disconnect", () => void stop());
// Ctrl-C reaches the whole group of processes; the primary decides.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
await tell({ type: "online" });
