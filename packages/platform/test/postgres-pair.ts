import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.js";
import { asSuperuser } from "./test-databases.js";

/** A PostgreSQL of the test's own and a streaming replica of it. */
export interface PostgresPair {
	/** Database `anny_fitter`, as a superuser. */
	readonly url: string;
	readonly replicaUrl: string;
	/** Statements on one of the two, outside of the application. */
	query(url: string, text: string): Promise<Record<string, unknown>[]>;
	/** Ends the replica as a crash would. */
	killReplica(): Promise<void>;
	startReplica(): Promise<void>;
	/** Processor time that the primary has used so far, s. */
	primaryTime_s(): number;
	dispose(): Promise<void>;
}

const PROGRAMS = spawnSync("bash", ["-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1"], {
	encoding: "utf8",
}).stdout.trim();
const run = promisify(execFile);
const CLOCK_TICKS_per_s = 100;

/** Whether this machine can start one; in CI it must. */
export function hasPostgresPrograms(): boolean {
	return process.env.CI === "true" || PROGRAMS !== "";
}

export async function startPostgresPair(): Promise<PostgresPair> {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-replica-"));
	chmodSync(folder, 0o755);
	if (process.getuid?.() === 0) await run("chown", ["postgres", folder]);
	const [primaryPort, replicaPort] = [await freePort(), await freePort()];
	const dataOf = (name: string) => join(folder, name);
	const start = (name: string) =>
		asPostgres("pg_ctl", ["--pgdata", dataOf(name), "--log", join(folder, `${name}.log`), "--wait", "start"]);
	const stop = (name: string) => asPostgres("pg_ctl", ["--pgdata", dataOf(name), "--mode", "immediate", "stop"]);
	const configure = (name: string, port: number) =>
		appendFileSync(
			join(dataOf(name), "postgresql.conf"),
			`port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${folder}'\nshared_buffers = 32MB\nfsync = off\n`,
		);
	await asPostgres("initdb", ["--pgdata", dataOf("primary"), "--auth=trust", "--username=postgres", "--no-sync"]);
	configure("primary", primaryPort);
	await start("primary");
	await asPostgres("createdb", ["--host", folder, "--port", `${primaryPort}`, "anny_fitter"]);
	await asPostgres("pg_basebackup", [
		...["--host", "127.0.0.1", "--port", `${primaryPort}`, "--username", "postgres", "--pgdata", dataOf("replica")],
		...["--write-recovery-conf", "--checkpoint=fast", "--no-sync"],
	]);
	configure("replica", replicaPort);
	await start("replica");
	const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/anny_fitter`;
	const url = urlOf(primaryPort);
	const query = (where: string, text: string) =>
		asSuperuser(where, async (client) => (await client.query(text)).rows as Record<string, unknown>[]);
	return {
		url,
		replicaUrl: urlOf(replicaPort),
		query,
		killReplica: () => stop("replica"),
		startReplica: () => start("replica"),
		primaryTime_s: () =>
			timeOfTree_s(Number(readFileSync(join(dataOf("primary"), "postmaster.pid"), "utf8").split("\n")[0])),
		async dispose() {
			for (const name of ["replica", "primary"]) await stop(name).catch(() => undefined);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Of a process, its children, and those that have ended, in user and system mode. */
function timeOfTree_s(root: number): number {
	let ticks = 0;
	for (const name of readdirSync("/proc").filter((it) => /^\d+$/.test(it))) {
		const fields = readStat(name);
		if (fields === null || (Number(name) !== root && Number(fields[1]) !== root)) continue;
		// User, system, and the same of children that were waited for.
		for (const index of [11, 12, 13, 14]) ticks += Number(fields[index]);
	}
	return ticks / CLOCK_TICKS_per_s;
}

/** What follows the program's name; null when the process has ended. */
function readStat(pid: string): string[] | null {
	try {
		return readFileSync(`/proc/${pid}/stat`, "utf8")
			.replace(/^.*\) /s, "")
			.split(" ");
	} catch {
		return null;
	}
}

/** PostgreSQL refuses to run as root. */
async function asPostgres(program: string, parameters: readonly string[]): Promise<void> {
	const isRoot = process.getuid?.() === 0;
	const command = [join(PROGRAMS, program), ...parameters];
	await (isRoot
		? run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", ...command])
		: run(command[0]!, command.slice(1)));
}
