// Loaded first, so that it hears of a request before the pool's worker does.
import { parentPort, workerData } from "node:worker_threads";

if (workerData?.isUnusable) throw new Error("cannot start");
parentPort?.on("message", (message) => {
	if (message.type === "run" && message.request.shape.age_years > 100) process.exit(7);
});
