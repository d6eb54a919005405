import type { FitProgress } from "@anny-fitter/pipeline";
import type { ConsoleIo } from "./console-io.js";
import { printableText } from "./printable-text.js";

/** Shows how far a long step is. */
export interface ProgressDisplay {
	update(event: FitProgress): void;
	/** Removes the line from the terminal; call before anything else is written. */
	finish(): void;
}

const BAR_WIDTH = 20;
/** Some terminals tell no width, or 0. */
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = "\r\u001b[K";

/**
 * Progress on stderr: one line that changes on a terminal, one line per stage elsewhere, nothing when quiet.
 *
 * @param io streams of the process
 * @param isQuiet whether `--quiet` was given
 */
export function createProgressDisplay(io: ConsoleIo, isQuiet: boolean): ProgressDisplay {
	if (isQuiet) return { update() {}, finish() {} };
	return io.stderr.isTTY === true ? createTerminalDisplay(io) : createLogDisplay(io);
}

function createTerminalDisplay({ stderr }: ConsoleIo): ProgressDisplay {
	let isLineOpen = false;
	return {
		update({ fraction, message }) {
			const filled = Math.round(Math.min(Math.max(fraction, 0), 1) * BAR_WIDTH);
			const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
			const percent = `${Math.round(fraction * 100)}`.padStart(3);
			const line = `${bar} ${percent} %  ${printableText(message)}`;
			// A line that wraps could not be cleared again.
			stderr.write(CLEAR_LINE + [...line].slice(0, (stderr.columns || DEFAULT_COLUMNS) - 1).join(""));
			isLineOpen = true;
		},
		finish() {
			if (isLineOpen) stderr.write(CLEAR_LINE);
			isLineOpen = false;
		},
	};
}

function createLogDisplay({ stderr }: ConsoleIo): ProgressDisplay {
	let shownStage: string | null = null;
	return {
		update({ stage, message }) {
			if (stage !== shownStage) stderr.write(`${printableText(message)}\n`);
			shownStage = stage;
		},
		finish() {},
	};
}
