import { readFileSync, readlinkSync } from "node:fs";

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Clock ticks from the machine's start to the process's. */
	readonly start: string;
	/** Process numbers mean something within their namespace only: containers may share a RAM disk. */
	readonly namespace: string;
}

/** The running process. */
export function ownIdentity(): ProcessIdentity {
	return { pid: process.pid, start: readStart(process.pid) ?? "0", namespace: readNamespace() };
}

/** Whether the process still runs; null when it lives in another namespace and cannot be seen from here. */
export function isAlive(identity: ProcessIdentity): boolean | null {
	if (identity.namespace !== readNamespace()) return null;
	return readStart(identity.pid) === identity.start;
}

/** Null when there is no such process, or only what is left of it until its parent notices. */
function readStart(pid: number): string | null {
	let stat: string;
	try {
		stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	} catch {
		return null;
	}
	// The name in parentheses may hold anything, so count from the last one.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

function readNamespace(): string {
	try {
		return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
	} catch {
		return "0";
	}
}
