import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A registered user of the server under load. */
export interface LoadClient {
	readonly email: string;
	readonly password: string;
	readonly authorization: string;
	call(method: string, path: string, body?: unknown): Promise<Response>;
	/** One whole fit of two photos, by polling. @returns the model's id */
	fit(): Promise<string>;
}

export async function openLoadClient(url: string): Promise<LoadClient> {
	const email = `load-${crypto.randomUUID()}@example.org`;
	const password = crypto.randomUUID();
	const send = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
		fetch(`${url}/api/v1${path}`, {
			method,
			headers:
				body === undefined || body instanceof FormData ? headers : { ...headers, "content-type": "application/json" },
			...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
		});
	await expectStatus(201, send("POST", "/auth/register", { email, password }, {}));
	const { access_token } = await json<{ access_token: string }>(
		expectStatus(200, send("POST", "/auth/login", { email, password }, {})),
	);
	const authorization = `Bearer ${access_token}`;
	const call = (method: string, path: string, body?: unknown) => send(method, path, body, { authorization });
	await expectStatus(200, call("PUT", "/consents", { photo_processing: true }));
	return { email, password, authorization, call, fit: () => fitOnce(call) };
}

async function fitOnce(call: LoadClient["call"]): Promise<string> {
	const form = new FormData();
	for (const name of ["woman-front.jpg", "woman-side.jpg"]) {
		form.append("photos", new Blob([new Uint8Array(readFileSync(`${root}samples/${name}`))]), name);
	}
	form.append("stature_m", "1.724");
	form.append("sex", "female");
	const { session_id } = await json<{ session_id: string }>(expectStatus(202, call("POST", "/fit", form)));
	for (;;) {
		const state = await json<{ status: string; model_id: string }>(
			expectStatus(200, call("GET", `/sessions/${session_id}`)),
		);
		if (state.status === "completed") return state.model_id;
		if (state.status !== "queued" && state.status !== "active") throw new Error(`The fit is ${state.status}.`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

async function expectStatus(status: number, answer: Promise<Response>): Promise<Response> {
	const got = await answer;
	if (got.status !== status) throw new Error(`${got.url} answered ${got.status}: ${await got.text()}`);
	return got;
}

async function json<T>(answer: Promise<Response>): Promise<T> {
	return (await (await answer).json()) as T;
}
