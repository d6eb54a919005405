/** One API process of a cluster; it is told its settings by the primary. */
import { AppError } from "@anny-fitter/contracts";
import { serverLog } from "./server-log.js";
import type { PrimaryMessage, WorkerMessage } from "./start-cluster.js";
import { type RunningServer, startServer } from "./start-server.js";

let starting: Promise<RunningServer> | undefined;

function tell(message: WorkerMessage): Promise<void> {
	return new Promise((resolve) => {
		if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
		else resolve();
	});
}

async function start(message: PrimaryMessage & { type: "start" }): Promise<void> {
	const { config } = message;
	try {
		// Buffers arrive as plain byte arrays.
		starting = startServer({
			...config,
			jwtSecret: Buffer.from(config.jwtSecret),
			vaultSecret: config.vaultSecret && Buffer.from(config.vaultSecret),
		});
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
	process.exit(0);
}

process.on("message", (message: PrimaryMessage) => {
	if (message.type === "start") void start(message);
	else void stop();
});
// Without its primary a worker has no services and no successor.
process.once("disconnect", () => void stop());
// Ctrl-C reaches the whole group of processes; the primary decides.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
await tell({ type: "online" });
