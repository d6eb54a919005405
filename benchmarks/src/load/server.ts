import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../../apps/cli/dist/main.js", import.meta.url));

/** A server of its own, for this run only; it listens on this machine only. */
export interface LoadedServer {
	readonly url: string;
	/** Resident memory of the server and its child processes now, MB. */
	memory_mb(): number;
	stop(): Promise<void>;
}

/** Limits that would end a load test before it begins are lifted; all else is as delivered. */
const SETTINGS = {
	LOG_LEVEL: "warn",
	RATE_LIMIT_PER_HOUR: "1000000",
	AUTH_RATE_LIMIT_PER_MINUTE: "1000000",
	READ_RATE_LIMIT_PER_MINUTE: "1000000",
	STATUS_RATE_LIMIT_PER_MINUTE: "1000000",
};

/** @param env settings of the user, such as DATABASE_URL and REDIS_URL */
export async function startLoadedServer(env: NodeJS.ProcessEnv): Promise<LoadedServer> {
	const dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-load-"));
	const child = spawn(process.execPath, [CLI, "serve", "--json", "--host", "127.0.0.1", "--port", "0"], {
		env: { ...env, ...SETTINGS, DATA_DIR: dataDir },
		stdio: ["ignore", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	return {
		url: await urlOf(child, exited),
		memory_mb: () => memoryOfTree(child.pid!),
		stop: async () => {
			child.kill("SIGTERM");
			await exited;
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}

async function urlOf(child: ChildProcess, exited: Promise<unknown>): Promise<string> {
	let output = "";
	const url = new Promise<string>((resolve) => {
		child.stdout!.on("data", (text) => {
			output += text;
			const line = /^(\{"url".*)\n/m.exec(output)?.[1];
			if (line !== undefined) resolve(JSON.parse(line).url);
		});
	});
	return Promise.race([
		url,
		exited.then(() => {
			throw new Error(`The server did not start: ${output}`);
		}),
	]);
}

/** Linux only; NaN elsewhere. Shared pages count once per process. */
function memoryOfTree(pid: number): number {
	try {
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean);
		const status = readFileSync(`/proc/${pid}/status`, "utf8");
		const own_kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
		return own_kb / 1024 + children.reduce((sum, child) => sum + memoryOfTree(Number(child)), 0);
	} catch {
		return Number.NaN;
	}
}
