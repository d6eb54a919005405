/** What a command may touch of the process; tests pass their own. */
export interface ConsoleIo {
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Aborted when the user presses Ctrl-C. */
	readonly signal: AbortSignal;
	/** How long the command may take to clean up after Ctrl-C before it is ended; 10 s unless it asks for more. */
	setCancelGrace(grace_ms: number): void;
}

export interface OutputStream {
	write(text: string): unknown;
	readonly isTTY?: boolean;
	readonly columns?: number;
}

/** Marks up text for a terminal; returns it unchanged where colours are not wanted. */
export interface TextStyle {
	bold(text: string): string;
	dim(text: string): string;
	yellow(text: string): string;
	red(text: string): string;
	green(text: string): string;
}

/**
 * Colours for a stream: only on a terminal, and never when `NO_COLOR` is set (https://no-color.org).
 *
 * @param stream where the text will go
 * @param env environment variables
 */
export function textStyle(stream: OutputStream, env: ConsoleIo["env"]): TextStyle {
	const isColoured = stream.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
	const paint = (code: number, end: number) => (text: string) =>
		isColoured ? `\u001b[${code}m${text}\u001b[${end}m` : text;
	return { bold: paint(1, 22), dim: paint(2, 22), yellow: paint(33, 39), red: paint(31, 39), green: paint(32, 39) };
}
