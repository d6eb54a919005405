import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../../apps/cli/dist/main.js", import.meta.url));
const START_TIMEOUT_MS = 90_000;

/** A server as a user starts it: `anny-fitter serve` in its own process. */
export interface ServerProcess {
	readonly url: string;
	readonly pid: number;
	/** Everything it logged and printed to stderr. */
	log(): string;
	/** SIGTERM, and the exit code (null when a signal ended it). */
	stop(): Promise<number | null>;
	/** SIGKILL: as if the power failed. */
	kill(): Promise<void>;
}

export interface ServerProcessOptions {
	readonly env: Readonly<Record<string, string>>;
	/** Program and arguments in front of node's, such as strace. */
	readonly wrapper?: readonly string[];
	/** Further arguments of `anny-fitter serve`. */
	readonly parameters?: readonly string[];
}

/** Starts a server on a free port and waits until it listens. */
export async function startServerProcess({
	env,
	wrapper = [],
	parameters = [],
}: ServerProcessOptions): Promise<ServerProcess> {
	const [program, ...leading] = [...wrapper, process.execPath];
	const child = spawn(program!, [...leading, CLI, "serve", "--json", "--port", "0", ...parameters], {
		// Nothing of the tests' own surroundings, such as a running CI's settings.
		env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let log = "";
	child.stderr.on("data", (text) => {
		log += text;
	});
	const exited = once(child, "exit").then(([code]) => code as number | null);
	try {
		const url = await listening(child, exited, () => log);
		// A wrapper ends with the server, which is its child; signals are the server's.
		const pid = wrapper.length === 0 ? child.pid! : await onlyChild(child.pid!);
		const end = (signal: NodeJS.Signals) => {
			if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
			return exited;
		};
		return {
			url,
			pid,
			log: () => log,
			stop: () => end("SIGTERM"),
			kill: async () => {
				await end("SIGKILL");
			},
		};
	} catch (error) {
		child.kill("SIGKILL");
		await exited;
		throw error;
	}
}

async function listening(child: ChildProcess, exited: Promise<unknown>, log: () => string): Promise<string> {
	let output = "";
	let timer: NodeJS.Timeout | undefined;
	const url = new Promise<string>((resolve) => {
		child.stdout!.on("data", (text) => {
			output += text;
			const line = /^\{"url".*$/m.exec(output)?.[0];
			if (line !== undefined && output.includes(`${line}\n`)) resolve(JSON.parse(line).url);
		});
	});
	const ended = exited.then(() => {
		throw new Error(`the server ended while it started:\n${output}${log()}`);
	});
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`the server did not start:\n${output}${log()}`)), START_TIMEOUT_MS);
	});
	// Nobody listens to it later.
	ended.catch(() => undefined);
	try {
		return await Promise.race([url, ended, late]);
	} finally {
		clearTimeout(timer);
	}
}

async function onlyChild(pid: number): Promise<number> {
	return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim());
}
