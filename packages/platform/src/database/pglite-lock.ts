import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { AppError } from "@anny-fitter/contracts";

/** A process of another host (or container) cannot be asked whether it lives; its lock is renewed as long as it does. */
const RENEWAL_ms = 5_000;
const FOREIGN_LIFETIME_ms = 30_000;

interface Holder {
	readonly pid: number;
	readonly host: string;
	/** Tells apart two processes that got the same number; null where the system does not say. */
	readonly started: string | null;
	readonly token: string;
}

/**
 * Takes the lock file, or takes it over when its holder is dead. PGlite has no lock of its own, and two processes on
 * one folder destroy it.
 *
 * @returns gives it back
 * @throws AppError `conflict` when a living process holds it
 */
export function takeLock(path: string): () => void {
	const token = randomBytes(8).toString("hex");
	const mine: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), token };
	const draft = `${path}.${token}`;
	writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
	try {
		for (let attempt = 0; ; attempt++) {
			try {
				// Unlike writing a new file, a link appears with its content.
				linkSync(draft, path);
				break;
			} catch (error) {
				if (!hasCode(error, "EEXIST") || attempt === 10) throw error;
			}
			const holder = readHolder(path);
			if (holder !== null && isAlive(holder, path)) throw inUse(path, holder);
			removeStale(path, holder, token);
		}
	} finally {
		rmSync(draft, { force: true });
	}
	const timer = setInterval(() => {
		try {
			utimesSync(path, new Date(), new Date());
		} catch {
			// Someone removed it; there is nothing to renew.
		}
	}, RENEWAL_ms);
	timer.unref();
	return () => {
		clearInterval(timer);
		if (readHolder(path)?.token === token) rmSync(path, { force: true });
	};
}

/** Moves the dead holder's lock away; puts back what another process has taken over in the meantime. */
function removeStale(path: string, stale: Holder | null, token: string): void {
	const aside = `${path}.${token}.stale`;
	try {
		renameSync(path, aside);
	} catch (error) {
		if (hasCode(error, "ENOENT")) return;
		throw error;
	}
	if (readHolder(aside)?.token !== stale?.token) {
		try {
			linkSync(aside, path);
		} catch (error) {
			if (!hasCode(error, "EEXIST")) throw error;
		}
	}
	rmSync(aside, { force: true });
}

/** Null when it is gone or unreadable. */
function readHolder(path: string): Holder | null {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Holder;
	} catch {
		return null;
	}
}

function isAlive(holder: Holder, path: string): boolean {
	if (holder.host !== hostname()) {
		const modified_ms = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
		return Date.now() - modified_ms < FOREIGN_LIFETIME_ms;
	}
	try {
		process.kill(holder.pid, 0);
	} catch (error) {
		if (hasCode(error, "ESRCH")) return false;
	}
	const started = startOf(holder.pid);
	return holder.started === null || started === null || started === holder.started;
}

/** Boot and clock tick at which a process started, on Linux. */
function startOf(pid: number): string | null {
	try {
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name may hold spaces and brackets; field 22 counts from behind it.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return fields[0] === "Z" ? "dead" : `${boot}/${fields[19]}`;
	} catch {
		return null;
	}
}

function inUse(path: string, holder: Holder): AppError {
	return new AppError("conflict", `The embedded database is in use by process ${holder.pid} on ${holder.host}.`, {
		remedy: `Stop that process, choose another DATA_DIR, or use PostgreSQL with DATABASE_URL; if no such process exists, remove ${path}.`,
	});
}

function hasCode(error: unknown, code: string): boolean {
	return error instanceof Error && "code" in error && error.code === code;
}
