import createClient, { type Middleware } from "openapi-fetch";
import { accessToken, renewAccess } from "../auth/access.js";
import type { paths } from "../generated/api.js";
import { offlineProblem, ProblemError, toProblem } from "./problem-error.js";
import { newTraceparent } from "./traceparent.js";

/**
 * `fetch` with the access token; once renewed when it has run out. Network failures become `offline` problems. The browser
 * keeps no answer on its disk, where it would outlive the log-in, unless `init.cache` says so.
 */
export async function apiFetch(input: Request | string, init?: RequestInit): Promise<Response> {
	const request = new Request(input, { cache: "no-store", ...init });
	const again = request.clone();
	const answer = await send(request);
	if (answer.status !== 401 || new URL(request.url).pathname.startsWith("/api/v1/auth/")) return answer;
	return (await renewAccess()) ? send(again) : answer;
}

async function send(request: Request): Promise<Response> {
	const token = accessToken();
	if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
	request.headers.set("traceparent", newTraceparent());
	try {
		return await fetch(request);
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		throw offlineProblem();
	}
}

const throwProblems: Middleware = {
	async onResponse({ response }) {
		if (response.ok || response.status === 304) return undefined;
		throw await problemOf(response);
	},
};

/** The problem that an answer describes. */
export async function problemOf(response: Response): Promise<ProblemError> {
	return toProblem(await response.json().catch(() => null), response.status);
}

/** The typed client of the API. Calls reject with {@link ProblemError}; answers are in `data`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: apiFetch });
api.use(throwProblems);

/** The answer of a call that is known to have one. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
	const { data } = await call;
	if (data === undefined) throw new ProblemError("internal", 0, "Empty answer", "The answer is empty.", "Try again.");
	return data;
}
