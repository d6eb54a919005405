import type { Attempt } from "./route-cases.js";
import { unzip } from "./test-api.js";
import type { TestApi } from "./test-environment.js";

export interface Answer {
	readonly status: number;
	readonly headers: Record<string, unknown>;
	/** What can be read of the body; of a zip file its files, but for the growing log. */
	readonly text: string;
	readonly raw: string;
}

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export async function answerOf(
	api: TestApi,
	method: Method,
	attempt: Attempt,
	headers: Readonly<Record<string, string>>,
): Promise<Answer> {
	const answer = await api.inject({
		method,
		url: attempt.url,
		headers: { ...headers, ...attempt.headers },
		...(attempt.payload === undefined ? {} : { payload: attempt.payload }),
	});
	const isZip = answer.headers["content-type"] === "application/zip" && answer.rawPayload.length > 0;
	const text = isZip ? readZip(answer.rawPayload) : answer.body;
	return { status: answer.statusCode, headers: { ...answer.headers }, text, raw: answer.rawPayload.toString("latin1") };
}

function readZip(archive: Buffer): string {
	const files = unzip(archive);
	files.delete("audit.json");
	return JSON.stringify([...files]);
}

/** Differ between any two requests and say nothing. */
const PASSING_HEADERS = /^(date|x-request-id|(x-)?ratelimit-(limit|remaining|reset)|keep-alive)$/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** What of an answer must not depend on whether the thing that was asked about exists. */
export function likeness({ status, headers, text, raw }: Answer): object {
	const body = text
		.replace(UUID, "<id>")
		.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
		.replace(/"duration_ms":[\d.]+/g, '"duration_ms":"<time>"');
	const kept = Object.entries(headers)
		.filter(([name]) => !PASSING_HEADERS.test(name))
		.map(([name, value]) => [name, String(value).replace(UUID, "<id>")]);
	const shown = Object.fromEntries(kept) as Record<string, string>;
	// A tag is the hash of a body, which is compared itself, times and ids aside.
	if (body !== text) delete shown.etag;
	if (body.includes("<time>")) delete shown["content-length"];
	return { status, headers: shown, body, size: shown["content-length"] ?? (body === text ? raw.length : null) };
}
