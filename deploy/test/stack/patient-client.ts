import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { type ApiClient, END_STATES, type SessionState } from "../../../services/server/test/api-client.js";

/** Longer than a fit takes on a busy machine that is begun five times, each time after a killed worker was missed. */
const PATIENCE_MS = 900_000;
const RECONNECT_MS = 500;

/** What stood in the way of requests that went through in the end. */
export interface Obstacles {
	/** Answers by status, such as `429`. */
	readonly refusals: Map<number, number>;
	/** Requests and event streams that broke off. */
	broken: number;
}

export interface FitPhotos {
	readonly photos: readonly Buffer[];
	readonly facts: Readonly<Record<string, string>>;
}

export interface PatientFit {
	readonly state: SessionState;
	/** States that the event stream told. */
	readonly seen: readonly SessionState[];
	readonly mesh_bytes: number;
	readonly duration_ms: number;
}

/**
 * A client as the documentation asks for: what is refused comes again after `Retry-After`, under the same key; a stream
 * that breaks off is opened again; the mesh is fetched at the end.
 *
 * @throws Error when a request is refused for good, or patience runs out
 */
export async function fitPatiently(
	client: ApiClient,
	{ url, ca }: { readonly url: string; readonly ca: string },
	{ photos, facts }: FitPhotos,
	obstacles: Obstacles,
): Promise<PatientFit> {
	const started = performance.now();
	const until = started + PATIENCE_MS;
	const key = randomUUID();
	const send = async (method: string, path: string, form?: () => FormData): Promise<Response> => {
		for (;;) {
			if (performance.now() > until) throw new Error(`${method} ${path} did not succeed in time`);
			const answer = await fetch(`${url}/api/v1${path}`, {
				method,
				headers: {
					authorization: `Bearer ${client.token}`,
					...(form === undefined ? {} : { "idempotency-key": key }),
				},
				...(form === undefined ? {} : { body: form() }),
				signal: AbortSignal.timeout(60_000),
			}).catch(() => null);
			if (answer === null) {
				obstacles.broken++;
				await pause(RECONNECT_MS);
				continue;
			}
			if (answer.ok) return answer;
			const text = await answer.text();
			obstacles.refusals.set(answer.status, (obstacles.refusals.get(answer.status) ?? 0) + 1);
			const retryAfter_s = answer.headers.get("retry-after");
			if (retryAfter_s === null) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
			await pause(1000 * Number(retryAfter_s));
		}
	};
	const accepted = await send("POST", "/fit", () => {
		const form = new FormData();
		for (const photo of photos) form.append("photos", new Blob([new Uint8Array(photo)]), "photo.jpg");
		for (const [name, value] of Object.entries(facts)) form.append(name, value);
		return form;
	});
	const { session_id } = (await accepted.json()) as { session_id: string };
	const seen: SessionState[] = [];
	while (!END_STATES.includes(seen.at(-1)?.status ?? "queued")) {
		if (performance.now() > until) throw new Error(`session ${session_id} is still ${seen.at(-1)?.status}`);
		if ((await watchSession(url, client.token, session_id, (state) => seen.push(state), ca)) === 1000) break;
		obstacles.broken++;
		await pause(RECONNECT_MS);
	}
	const state = (await (await send("GET", `/sessions/${session_id}`)).json()) as SessionState;
	const mesh_bytes =
		state.status === "completed"
			? (await (await send("GET", `/models/${state.model_id}/mesh?format=glb`)).arrayBuffer()).byteLength
			: 0;
	return { state, seen, mesh_bytes, duration_ms: performance.now() - started };
}

/** @returns the code with which the stream of a session's states was closed; 1006 when it broke off */
export function watchSession(
	url: string,
	token: string,
	sessionId: string,
	onState: (state: SessionState) => void,
	ca?: string,
): Promise<number> {
	const address = `${url.replace(/^http/, "ws")}/api/v1/sessions/${sessionId}/events`;
	const socket = new WebSocket(address, ["bearer", `bearer.${token}`], ca === undefined ? {} : { ca });
	socket.on("message", (text) => onState(JSON.parse(String(text))));
	// Its end follows.
	socket.on("error", () => undefined);
	return new Promise((resolve) => socket.once("close", resolve));
}

export function pause(time_ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, time_ms));
}
