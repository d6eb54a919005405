import type { Log } from "@anny-fitter/platform/observability";

/** A log that keeps its lines. */
export function captureLog(): {
	readonly log: Log;
	readonly lines: { level: string; message: string; details: object }[];
} {
	const lines: { level: string; message: string; details: object }[] = [];
	const add = (level: string) => (details: object, message: string) => void lines.push({ level, message, details });
	return { log: { debug: add("debug"), info: add("info"), warn: add("warn"), error: add("error") }, lines };
}
