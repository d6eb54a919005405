import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError } from "@anny-fitter/contracts";
import { problemOf } from "./problem.js";

/** Answers what is no HTTP request, or did not arrive in time, in the form of all other errors. */
export function sendClientError(error: Error & { code?: string }, socket: Socket): void {
	if (error.code === "ECONNRESET" || socket.destroyed) return;
	if (!socket.writable) {
		socket.destroy();
		return;
	}
	const problem = problemOf(describe(error.code), randomUUID());
	const body = JSON.stringify(problem);
	const head = [
		`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
		"content-type: application/problem+json",
		`content-length: ${Buffer.byteLength(body)}`,
		`x-request-id: ${problem.request_id}`,
		"cache-control: no-store",
		"connection: close",
	];
	// Whoever does not read the answer must not keep the connection.
	socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

function describe(code: string | undefined): AppError {
	if (code === "HPE_HEADER_OVERFLOW" || code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") {
		return new AppError("upload_too_large", "The headers of the request are too large.", {
			remedy: "Send fewer or shorter headers.",
		});
	}
	if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
		return new AppError("invalid_argument", "The request did not arrive in time.", { remedy: "Send it again." });
	}
	return new AppError("invalid_argument", "The request is not well-formed HTTP.");
}
