import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const START_TIMEOUT_MS = 60_000;

/** A service as a container runs it. */
export interface ServiceProcess {
	/** gRPC. */
	readonly url: string;
	readonly metricsUrl: string;
	/** The lines it logged. */
	log(): string;
	/** SIGTERM, and its end. */
	stop(): Promise<void>;
}

/** Starts `services/NAME` on free ports and waits until it listens. */
export async function startServiceProcess(
	name: "vision" | "fitting" | "visualization",
	env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
	const prefix = name.toUpperCase();
	const child: ChildProcess = spawn(
		process.execPath,
		[fileURLToPath(new URL(`../../${name}/dist/main.js`, import.meta.url))],
		{
			env: {
				PATH: process.env.PATH,
				HOME: process.env.HOME,
				[`${prefix}_PORT`]: "0",
				[`${prefix}_METRICS_PORT`]: "0",
				...env,
			},
			stdio: ["ignore", "pipe", "inherit"],
		},
	);
	let log = "";
	const exited = once(child, "exit");
	const listening = new Promise<{ url: string; metrics_url: string }>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`${name} did not start: ${log}`)), START_TIMEOUT_MS);
		void exited.then(() => reject(new Error(`${name} ended while it started: ${log}`)));
		child.stdout!.on("data", (text) => {
			log += text;
			const line = /^.*"metrics_url".*$/m.exec(log)?.[0];
			if (line === undefined || !log.includes(`${line}\n`)) return;
			clearTimeout(timer);
			resolve(JSON.parse(line));
		});
	});
	try {
		const { url, metrics_url } = await listening;
		return {
			url,
			metricsUrl: metrics_url,
			log: () => log,
			stop: async () => {
				child.kill("SIGTERM");
				await exited;
			},
		};
	} catch (error) {
		child.kill("SIGKILL");
		throw error;
	}
}
