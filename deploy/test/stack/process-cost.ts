import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { asSuperuser } from "../../../packages/platform/test/test-databases.js";
import { type ConfinedProcess, childrenOf } from "./confined-process.js";
import type { Stack } from "./stack.js";

const CLOCK_TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** What a kind of process has used since it began. */
export interface Use {
	readonly cpu_s: number;
	/** Read and written, through sockets and pipes too. */
	readonly transferred_bytes: number;
}

export interface StackUse {
	readonly processes: Readonly<Record<string, Use>>;
	/** Tables and indexes of the product, by the bytes that they hold. */
	readonly database_bytes: number;
	readonly transactions: number;
}

/** Of all processes of a stack together, by kind; Linux only. */
export async function readUse(stack: Stack): Promise<StackUse> {
	const { gateway, api, vision, fitting, visualization } = stack.processes;
	const pids = (processes: readonly ConfinedProcess[]) => processes.map(({ pid }) => pid);
	return asSuperuser(stack.databaseUrl, async (client) => {
		const backends = await client.query<{ pid: number }>(
			"select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
		);
		const size = await client.query<{ bytes: string }>(
			"select sum(pg_total_relation_size(oid)) as bytes from pg_class where relkind in ('r', 'm') and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')",
		);
		const commits = await client.query<{ count: string }>(
			"select xact_commit as count from pg_stat_database where datname = current_database()",
		);
		const groups: Record<string, readonly number[]> = {
			gateway: [gateway.pid, ...childrenOf(gateway.pid)],
			api: pids(api),
			vision: pids(vision),
			fitting: pids(fitting),
			visualization: pids(visualization),
			postgres: backends.rows.map(({ pid }) => pid),
			redis: [stack.redis.redis.pid, stack.redis.photos.pid],
		};
		return {
			processes: Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, sumUse(group)])),
			database_bytes: Number(size.rows[0]!.bytes),
			transactions: Number(commits.rows[0]!.count),
		};
	});
}

/** Processor time of one process, s. */
export function cpuOf(pid: number): number {
	// The name, in parentheses, may hold spaces.
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
	return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** Largest resident memory that a process ever had, MB of 1,000,000 bytes. */
export function peakMemory_mb(pid: number): number {
	const [, peak_kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
	return (Number(peak_kib) * 1024) / 1e6;
}

function sumUse(pids: readonly number[]): Use {
	let [cpu_s, transferred_bytes] = [0, 0];
	for (const pid of pids) {
		cpu_s += cpuOf(pid);
		for (const [, bytes] of readFileSync(`/proc/${pid}/io`, "utf8").matchAll(/^[rw]char: (\d+)/gm)) {
			transferred_bytes += Number(bytes);
		}
	}
	return { cpu_s, transferred_bytes };
}
