import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export type SampleName = "woman-front" | "woman-side" | "man-front" | "man-side" | "girl-front" | "girl-side";

/** A photo of the repository's samples: a rendered person. */
export function samplePhoto(name: SampleName): Promise<Buffer> {
	return readFile(fileURLToPath(new URL(`../../../samples/${name}.jpg`, import.meta.url)));
}

export interface SessionState {
	readonly session_id: string;
	readonly status: "queued" | "active" | "completed" | "failed" | "cancelled" | "expired";
	readonly stage: string | null;
	readonly progress: number;
	readonly model_id?: string | null;
	readonly error?: { readonly code: string; readonly detail: string; readonly remedy: string } | null;
}

export const END_STATES: readonly SessionState["status"][] = ["completed", "failed", "cancelled", "expired"];

/** One user's view of a running server, over HTTP as any client speaks it. */
export interface ApiClient {
	readonly email: string;
	readonly password: string;
	readonly token: string;
	/** @param path under /api/v1 */
	request(
		method: string,
		path: string,
		options?: { readonly json?: unknown; readonly form?: FormData },
	): Promise<Response>;
	/** Queues a fit. */
	startFit(photos: readonly Buffer[], facts?: Readonly<Record<string, string>>): Promise<Response>;
	session(sessionId: string): Promise<SessionState>;
	/** Polls until the fit has ended in any way. */
	waitForEnd(sessionId: string, timeout_ms?: number): Promise<SessionState>;
}

/** Registers, logs in and agrees to the processing of photos. */
export async function registerClient(url: string): Promise<ApiClient> {
	const email = `${randomUUID()}@example.org`;
	const password = `pass-${randomUUID()}`;
	await expectStatus(201, post(url, "/auth/register", { email, password }));
	const client = await logInClient(url, email, password);
	await expectStatus(200, client.request("PUT", "/consents", { json: { photo_processing: true } }));
	return client;
}

export async function logInClient(url: string, email: string, password: string): Promise<ApiClient> {
	const answer = await expectStatus(200, post(url, "/auth/login", { email, password }));
	const { access_token: token } = (await answer.json()) as { access_token: string };
	const request: ApiClient["request"] = (method, path, { json, form } = {}) =>
		fetch(`${url}/api/v1${path}`, {
			method,
			// A connection that was being handed to a process when it was killed gets no answer.
			signal: AbortSignal.timeout(form === undefined ? 20_000 : 120_000),
			headers: {
				authorization: `Bearer ${token}`,
				...(json === undefined ? {} : { "content-type": "application/json" }),
			},
			...(json === undefined ? {} : { body: JSON.stringify(json) }),
			...(form === undefined ? {} : { body: form }),
		});
	const session = async (sessionId: string) => {
		const state = await expectStatus(200, request("GET", `/sessions/${sessionId}`));
		return (await state.json()) as SessionState;
	};
	return {
		email,
		password,
		token,
		request,
		session,
		startFit: (photos, facts = {}) => {
			const form = new FormData();
			for (const photo of photos) form.append("photos", new Blob([new Uint8Array(photo)]), "photo.jpg");
			for (const [name, value] of Object.entries(facts)) form.append(name, value);
			return request("POST", "/fit", { form });
		},
		waitForEnd: async (sessionId, timeout_ms = 120_000) => {
			const until = Date.now() + timeout_ms;
			for (;;) {
				const state = await session(sessionId);
				if (END_STATES.includes(state.status)) return state;
				if (Date.now() > until) throw new Error(`the fit is still ${state.status} (${state.stage})`);
				await new Promise((resolve) => setTimeout(resolve, 200));
			}
		},
	};
}

function post(url: string, path: string, body: unknown): Promise<Response> {
	return fetch(`${url}/api/v1${path}`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
}

/** @returns the answer @throws Error with its text when the status is another one */
export async function expectStatus(status: number, answer: Promise<Response>): Promise<Response> {
	const got = await answer;
	if (got.status !== status) throw new Error(`expected ${status}, got ${got.status}: ${await got.text()}`);
	return got;
}
