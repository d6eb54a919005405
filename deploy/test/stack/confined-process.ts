import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Nobody's, on Debian. */
const NOBODY = 65_534;

/**
 * Makes what a container of deploy/compose has: everything read-only but a /tmp and a /dev/shm in memory, the tree at /mnt,
 * secrets readable at /run/secrets, no capability, no way to get one, and a user that owns nothing.
 */
const CONFINE = `
set -e
tree=$1; secrets=$2; shift 2
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/secrets
[ "$secrets" = none ] || cp "$secrets"/* /run/secrets
mount --bind "$tree" /mnt
mount -t tmpfs -o mode=1777,size=64m tmpfs /dev/shm
mount -t tmpfs -o mode=1777,size=64m tmpfs /tmp
for place in / /mnt /run; do mount -o remount,ro,bind "$place"; done
cd /mnt
exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;

/** Whether this machine lets tests confine processes: as root, where namespaces may be made. Else they run as they are. */
export const canConfine =
	process.getuid?.() === 0 && spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

export interface ConfinedProcess {
	/** Of the process that runs, or ran last. */
	readonly pid: number;
	/** What it wrote to both of its outputs, before a restart too. */
	log(): string;
	stop(signal?: NodeJS.Signals): Promise<number | null>;
	/** Ends it and its children at once, as a container's end does. */
	kill(): Promise<void>;
	/** Starts it as before, after it has ended. */
	restart(): void;
}

export interface ConfinedOptions {
	/** Folder that the process finds at /mnt, and in which it starts. */
	readonly tree: string;
	/** Folder whose files it finds at /run/secrets. */
	readonly secrets?: string;
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Folder for its log. */
	readonly logs: string;
}

export function startConfined({ tree, secrets, command, env, logs }: ConfinedOptions): ConfinedProcess {
	// Where things are that a confined process finds elsewhere.
	const unconfined = (text: string) => text.replace(/^\/mnt/, tree).replace("/run/secrets", secrets ?? "");
	const path = join(mkdtempSync(join(logs, "process-")), "log");
	closeSync(openSync(path, "a"));
	// Programs open /dev/stdout by its name, as their own user.
	if (canConfine) chownSync(path, NOBODY, NOBODY);
	const [program, ...parameters] = canConfine
		? ["unshare", "-m", "bash", "-c", CONFINE, "confine", tree, secrets ?? "none", ...command]
		: command.map(unconfined);
	const variables = {
		PATH: process.env.PATH,
		...(canConfine ? env : { GATEWAY_RUN_DIR: mkdtempSync(join(logs, "run-")), ...mapValues(env, unconfined) }),
	};
	const launch = () => {
		const log = openSync(path, "a");
		const child: ChildProcess = spawn(program!, parameters, {
			cwd: tree,
			stdio: ["ignore", log, log],
			env: variables,
		});
		closeSync(log);
		return { child, exited: once(child, "exit").then(([code]) => code as number | null) };
	};
	let running = launch();
	const stop = (signal: NodeJS.Signals = "SIGTERM") => {
		const { child, exited } = running;
		if (child.exitCode === null && child.signalCode === null) child.kill(signal);
		return exited;
	};
	return {
		get pid() {
			return running.child.pid!;
		},
		log: () => readFileSync(path, "utf8"),
		stop,
		kill: async () => {
			const children = childrenOf(running.child.pid!);
			await stop("SIGKILL");
			for (const child of children) {
				try {
					process.kill(child, "SIGKILL");
				} catch {
					// It went with its parent.
				}
			}
		},
		restart: () => {
			running = launch();
		},
	};
}

/** Ids of the processes that a running one has started. */
export function childrenOf(pid: number): number[] {
	const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
	return list.split(/\s+/).filter(Boolean).map(Number);
}

function mapValues(env: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
	return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, change(value)]));
}
