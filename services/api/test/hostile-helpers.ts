import { connect, type Socket } from "node:net";
import { ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { expect } from "vitest";

/** Every run tries the same cases, so that a merge fails for what it changed; HOSTILE_SEED tries others. */
const DEFAULT_SEED = 11;

/** What of an answer is looked at, whichever way it came. */
export interface AnyAnswer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: string;
}

/** Asserts an error as the contract has it: problem+json with a code of the error table and its status. */
export function expectProblem(answer: AnyAnswer, ...allowed: readonly (ErrorCode | number)[]): void {
	const shown = `${answer.statusCode} ${answer.body.slice(0, 300)}`;
	expect(String(answer.headers["content-type"]), shown).toMatch(/^application\/problem\+json/);
	const problem = JSON.parse(answer.body);
	expect(Object.keys(ERROR_TABLE), shown).toContain(problem.code);
	expect(ERROR_TABLE[problem.code as ErrorCode].httpStatus, shown).toBe(answer.statusCode);
	expect(problem.status, shown).toBe(answer.statusCode);
	expect(problem.request_id, shown).toBe(answer.headers["x-request-id"]);
	if (allowed.length > 0)
		expect(
			[problem.code, problem.status].some((what) => allowed.includes(what)),
			shown,
		).toBe(true);
}

/** Asserts that nothing went wrong on the server's side: success, or an error of the caller. */
export function expectNoDefect(answer: AnyAnswer): void {
	expect(answer.statusCode, answer.body.slice(0, 300)).toBeLessThan(500);
	if (answer.statusCode >= 400) expectProblem(answer);
}

/** Asserts that no object of this process has got a property that it should not have. */
export function expectCleanPrototypes(): void {
	expect(Object.keys(Object.prototype)).toEqual([]);
	for (const object of [{}, [], () => undefined, "", 1]) {
		expect((object as unknown as Record<string, unknown>).polluted).toBeUndefined();
	}
}

/** A number from the environment, or the usual one; it stands in the name of the test. */
export function fuzzSeed(): number {
	const given = Number(process.env.HOSTILE_SEED);
	return Number.isInteger(given) && given > 0 ? given : DEFAULT_SEED;
}

export interface RawOptions {
	/** Give up after this, ms. */
	readonly timeout_ms?: number;
	/** Ends the sending side after the last piece. */
	readonly end?: boolean;
	/** Cuts the connection hard after the last piece. */
	readonly cut?: boolean;
}

/** Sends bytes over TCP as they are; what came back until the server closed, or until the time was over. */
export function sendRaw(
	port: number,
	pieces: string | Buffer | readonly (string | Buffer)[],
	{ timeout_ms = 10_000, end = false, cut = false }: RawOptions = {},
): Promise<{ readonly text: string; readonly isClosed: boolean; readonly duration_ms: number }> {
	return new Promise((resolve) => {
		const started = Date.now();
		const received: Buffer[] = [];
		const socket = connect(port, "127.0.0.1");
		let isClosed = false;
		const finish = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ text: Buffer.concat(received).toString("latin1"), isClosed, duration_ms: Date.now() - started });
		};
		const timer = setTimeout(finish, timeout_ms);
		socket.on("data", (piece) => received.push(piece));
		// A server that has said all it has to say may reset what still arrives.
		socket.on("error", () => undefined);
		socket.on("close", () => {
			isClosed = true;
			finish();
		});
		socket.on("connect", async () => {
			for (const piece of Array.isArray(pieces) ? pieces : [pieces as string | Buffer]) {
				if (socket.destroyed) return;
				if (!socket.write(piece)) await drained(socket);
			}
			if (cut) socket.resetAndDestroy();
			else if (end) socket.end();
		});
	});
}

function drained(socket: Socket): Promise<void> {
	return new Promise((resolve) => {
		socket.once("drain", resolve);
		socket.once("close", () => resolve());
	});
}

/** The answers of a connection, as far as they can be told apart by Content-Length or chunks. */
export function parseAnswers(text: string): AnyAnswer[] {
	const answers: AnyAnswer[] = [];
	let rest = text;
	while (rest.startsWith("HTTP/1.")) {
		const headEnd = rest.indexOf("\r\n\r\n");
		if (headEnd < 0) break;
		const [status, ...lines] = rest.slice(0, headEnd).split("\r\n");
		const headers = Object.fromEntries(
			lines.map((line) => {
				const colon = line.indexOf(":");
				return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
			}),
		) as Record<string, string>;
		rest = rest.slice(headEnd + 4);
		const statusCode = Number(status!.split(" ")[1]);
		let body: string;
		if (statusCode === 100) body = "";
		else if (headers["transfer-encoding"] === "chunked") [body, rest] = takeChunks(rest);
		else {
			const length = Number(headers["content-length"] ?? (statusCode === 204 || statusCode === 304 ? 0 : rest.length));
			body = rest.slice(0, length);
			rest = rest.slice(length);
		}
		answers.push({ statusCode, headers, body });
	}
	return answers;
}

function takeChunks(text: string): [body: string, rest: string] {
	let body = "";
	let rest = text;
	for (;;) {
		const line = rest.indexOf("\r\n");
		const size = Number.parseInt(rest.slice(0, line), 16);
		if (line < 0 || !(size > 0)) return [body, rest.slice(line + 4)];
		body += rest.slice(line + 2, line + 2 + size);
		rest = rest.slice(line + 2 + size + 2);
	}
}

/** A header block of lines, with the blank line at its end. */
export function head(...lines: readonly string[]): string {
	return `${lines.join("\r\n")}\r\n\r\n`;
}
