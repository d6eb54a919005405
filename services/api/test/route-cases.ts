import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { FastifyInstance, RouteOptions } from "fastify";
import { multipart } from "./test-environment.js";

/** Everything of a person that somebody else could name in a request: what exists, or the same made up. */
export interface Target {
	readonly userId: string;
	readonly email: string;
	readonly password: string;
	readonly name: string;
	readonly subjectId: string;
	/** Of a fit that waits. */
	readonly sessionId: string;
	/** Not flagged for review. */
	readonly modelId: string;
	/** In the review queue. */
	readonly flaggedModelId: string;
	readonly idempotencyKey: string;
	readonly etag: string;
}

/** What the one who asks has of their own, to mix with what is another's. */
export interface OwnThings {
	readonly subjectId: string;
	readonly modelId: string;
}

export interface Attempt {
	readonly url: string;
	readonly payload?: object | Buffer;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteCase {
	/** Requests that name the target wherever the route lets a caller name anything. */
	readonly attempts: (target: Target, own: OwnThings) => readonly Attempt[];
	/** The role that may see the target here; what it sees is tested by itself. */
	readonly grantedTo?: "admin";
	/** Status of the first attempt when the target's owner makes it; shows that the attempt is a sound request. */
	readonly owner: number;
	/** The answer says by design whether the target exists; why, and what it says, is tested by itself. */
	readonly tells?: true;
}

/** What passes for a photo as far as an upload is looked at. */
export function photoLike(marker: string): Buffer {
	return Buffer.concat([Buffer.from("ffd8ffe000104a46494600", "hex"), Buffer.from(marker.repeat(20))]);
}

function fit(fields: Readonly<Record<string, string>>, marker: string, headers: Record<string, string> = {}): Attempt {
	const body = multipart([...Object.entries(fields), ["photos", photoLike(marker), "photo.jpg"] as const]);
	return { url: "/api/v1/fit", payload: body.payload, headers: { ...body.headers, ...headers } };
}

const at = (url: string, extra: Omit<Attempt, "url"> = {}): Attempt => ({ url: `/api/v1${url}`, ...extra });
const plain = (...urls: string[]): RouteCase => ({ attempts: () => urls.map((url) => ({ url })), owner: 200 });
const withTags = (url: string, { etag }: Target): Attempt[] => [
	at(url),
	at(url, { headers: { "if-none-match": etag } }),
	at(url, { headers: { "if-match": etag } }),
];

/**
 * How each route could be asked about somebody else's things, in an order in which their owner can ask it, too: reading
 * first, deleting last. HEAD goes with GET.
 */
export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
	"GET /healthz": plain("/healthz"),
	"GET /readyz": { ...plain("/readyz"), owner: 503 },
	"GET /metrics": { ...plain("/metrics"), tells: true },
	"GET /api/v1/openapi.json": plain("/api/v1/openapi.json"),
	"GET /": { ...plain("/"), owner: 302 },
	"GET /docs": plain("/docs"),
	"GET /docs/static/theme/page.css": plain("/docs/static/theme/page.css"),
	"GET /docs/static/index.html": { ...plain("/docs/static/index.html"), owner: 302 },
	"GET /docs/static/swagger-initializer.js": plain("/docs/static/swagger-initializer.js"),
	"GET /docs/json": plain("/docs/json"),
	"GET /docs/yaml": plain("/docs/yaml"),
	"GET /docs/static/*": {
		attempts: ({ subjectId }) => [{ url: `/docs/static/${subjectId}` }, { url: `/docs/static/..%2f${subjectId}` }],
		owner: 404,
	},
	"GET /api/v1/app": plain("/api/v1/app"),
	// Names nobody; who may use it is tested by itself.
	"POST /api/v1/auth/local": { attempts: () => [at("/auth/local")], owner: 404 },
	"POST /api/v1/auth/register": {
		attempts: ({ email }) => [at("/auth/register", { payload: { email, password: "grass is green today" } })],
		owner: 409,
		tells: true,
	},
	"POST /api/v1/auth/login": {
		attempts: ({ email }) => [
			// One only: an address is locked after ten.
			at("/auth/login", { payload: { email: email.toUpperCase(), password: "grass is green today" } }),
		],
		owner: 401,
	},
	"POST /api/v1/auth/refresh": {
		attempts: ({ userId, sessionId }) => [
			at("/auth/refresh", { headers: { cookie: `refresh_token=${userId}` } }),
			at("/auth/refresh", { headers: { cookie: `refresh_token=${sessionId}` } }),
		],
		owner: 401,
	},
	"POST /api/v1/auth/logout": {
		attempts: ({ userId }) => [at("/auth/logout", { headers: { cookie: `refresh_token=${userId}` } })],
		owner: 204,
	},
	"GET /api/v1/auth/me": {
		attempts: ({ userId, etag }) => [
			at(`/auth/me?user_id=${userId}`),
			at("/auth/me", { headers: { "if-none-match": etag } }),
		],
		owner: 200,
	},
	"GET /api/v1/consents": {
		attempts: ({ userId, etag }) => [
			at(`/consents?user_id=${userId}`),
			at("/consents", { headers: { "if-none-match": etag } }),
		],
		owner: 200,
	},
	"GET /api/v1/consents/history": {
		attempts: ({ userId }) => [at(`/consents/history?user_id=${userId}`)],
		owner: 200,
	},
	"PUT /api/v1/consents": {
		attempts: ({ userId }) => [
			at(`/consents?user_id=${userId}`, { payload: { photo_processing: true } }),
			at("/consents", { payload: { photo_processing: true, user_id: userId } }),
		],
		owner: 200,
	},
	"GET /api/v1/subjects": {
		attempts: ({ name, userId, subjectId, etag }) => [
			at(`/subjects?search=${encodeURIComponent(name)}`),
			at(`/subjects?search=${encodeURIComponent(name)}&order=name&anonymized=false&user_id=${userId}`),
			at(`/subjects?limit=100&subject_id=${subjectId}`),
			at("/subjects", { headers: { "if-none-match": etag } }),
		],
		owner: 200,
	},
	"POST /api/v1/subjects": {
		attempts: ({ userId, subjectId, etag }) => [
			at("/subjects", { payload: { name: "Someone" }, headers: { "if-match": etag } }),
			at("/subjects", { payload: { name: "Someone", user_id: userId } }),
			at("/subjects", { payload: { name: "Someone", subject_id: subjectId } }),
		],
		owner: 201,
	},
	"GET /api/v1/subjects/:subject_id": {
		attempts: (target) => withTags(`/subjects/${target.subjectId}`, target),
		owner: 200,
	},
	"GET /api/v1/subjects/:subject_id/models": {
		attempts: (target) => withTags(`/subjects/${target.subjectId}/models`, target),
		owner: 200,
	},
	"GET /api/v1/sessions": {
		attempts: ({ userId, etag }) => [
			at(`/sessions?limit=100&user_id=${userId}`),
			at("/sessions?limit=1&offset=1", { headers: { "if-none-match": etag } }),
		],
		owner: 200,
	},
	"GET /api/v1/sessions/:session_id": {
		attempts: (target) => withTags(`/sessions/${target.sessionId}`, target),
		owner: 200,
	},
	"GET /api/v1/sessions/:session_id/events": {
		attempts: ({ sessionId }) => [at(`/sessions/${sessionId}/events`)],
		owner: 400,
	},
	"GET /api/v1/body-model": {
		attempts: ({ userId, etag }) => [
			at(`/body-model?user_id=${userId}`),
			at("/body-model", { headers: { "if-none-match": etag } }),
		],
		owner: 200,
	},
	"GET /api/v1/body-model/:digest": {
		// Nobody's: an address is the hash of what everybody gets.
		attempts: ({ subjectId }) => [at(`/body-model/${"0".repeat(64)}`), at(`/body-model/${subjectId}`)],
		owner: 404,
	},
	"GET /api/v1/models/compare": {
		attempts: ({ modelId, flaggedModelId }, own) => [
			at(`/models/compare?a=${modelId}&b=${flaggedModelId}`),
			at(`/models/compare?a=${modelId}&b=${own.modelId}`),
			at(`/models/compare?a=${own.modelId}&b=${modelId}`),
			at(`/models/compare?a=${own.modelId}&b=${flaggedModelId}`),
		],
		owner: 200,
	},
	"GET /api/v1/models/:model_id": {
		attempts: (target) => [
			...withTags(`/models/${target.modelId}`, target),
			...withTags(`/models/${target.flaggedModelId}`, target),
		],
		owner: 200,
	},
	"GET /api/v1/models/:model_id/measurements": {
		attempts: (target) => [
			...withTags(`/models/${target.modelId}/measurements`, target),
			...withTags(`/models/${target.flaggedModelId}/measurements?format=csv`, target),
		],
		owner: 200,
	},
	"GET /api/v1/models/:model_id/mesh": {
		attempts: (target) => [
			...withTags(`/models/${target.modelId}/mesh`, target),
			...withTags(`/models/${target.flaggedModelId}/mesh?format=glb`, target),
		],
		owner: 200,
	},
	"GET /api/v1/models/:model_id/export": {
		attempts: (target) => [
			...withTags(`/models/${target.modelId}/export?format=json`, target),
			...withTags(`/models/${target.flaggedModelId}/export?format=json`, target),
			...withTags(`/models/${target.modelId}/export?format=csv`, target),
		],
		owner: 200,
	},
	"GET /api/v1/me/export": {
		attempts: ({ userId }) => [at(`/me/export?user_id=${userId}`)],
		owner: 200,
	},
	"GET /api/v1/admin/users": {
		attempts: ({ email }) => [at(`/admin/users?search=${encodeURIComponent(email)}`)],
		grantedTo: "admin",
		owner: 403,
	},
	"PATCH /api/v1/admin/users/:user_id": {
		attempts: ({ userId }) => [
			at(`/admin/users/${userId}`, { payload: { role: "researcher" } }),
			at(`/admin/users/${userId}`, { payload: { log_out_everywhere: true } }),
		],
		grantedTo: "admin",
		owner: 403,
	},
	"GET /api/v1/admin/audit": {
		attempts: ({ userId, modelId }) => [
			at(`/admin/audit?user_id=${userId}`),
			at(`/admin/audit?resource_id=${modelId}`),
		],
		grantedTo: "admin",
		owner: 403,
	},
	"GET /api/v1/admin/audit/verify": {
		attempts: () => [at("/admin/audit/verify")],
		// The length of the log and its last hash change with every request that is recorded.
		grantedTo: "admin",
		owner: 403,
	},
	"GET /api/v1/admin/review": {
		attempts: ({ userId }) => [at(`/admin/review?user_id=${userId}`)],
		grantedTo: "admin",
		owner: 403,
	},
	"POST /api/v1/admin/review/:model_id": {
		attempts: ({ modelId, subjectId }) => [
			at(`/admin/review/${modelId}`, { payload: { decision: "accepted" } }),
			at(`/admin/review/${subjectId}`, { payload: { decision: "rejected", note: "not mine" } }),
		],
		owner: 403,
	},
	"GET /api/v1/research/measurements": {
		attempts: ({ userId, subjectId }) => [
			at(`/research/measurements?user_id=${userId}`),
			at(`/research/measurements?format=csv&subject_id=${subjectId}`),
		],
		owner: 403,
	},
	"POST /api/v1/fit": {
		attempts: ({ subjectId, idempotencyKey, userId }) => [
			fit({ subject_id: subjectId }, "one"),
			fit({ subject_id: subjectId.toUpperCase() }, "two", { "idempotency-key": idempotencyKey }),
			// The owner's own request, word for word, and one that the owner's key does not fit.
			fit({ stature_m: "1.71" }, "mine", { "idempotency-key": idempotencyKey }),
			fit({ stature_m: "1.71", weight_kg: "70" }, "other", { "idempotency-key": `${idempotencyKey}-` }),
			fit({ user_id: userId }, "three"),
		],
		owner: 202,
	},
	"POST /api/v1/models/:model_id/adjust": {
		attempts: ({ modelId, flaggedModelId, subjectId, idempotencyKey, userId }, own) => {
			const payload = { phenotypes: {}, local_changes: {}, adjusted: { stature: 1 } };
			return [
				at(`/models/${modelId}/adjust`, { payload }),
				at(`/models/${flaggedModelId}/adjust`, { payload, headers: { "idempotency-key": idempotencyKey } }),
				at(`/models/${subjectId}/adjust`, { payload }),
				at(`/models/${own.modelId}/adjust`, { payload: { ...payload, user_id: userId } }),
			];
		},
		// No body of these parameters is a metre tall.
		owner: 422,
	},
	"PATCH /api/v1/subjects/:subject_id": {
		attempts: ({ subjectId, userId, etag }, own) => [
			at(`/subjects/${subjectId}`, { payload: { gender: "other" } }),
			at(`/subjects/${subjectId}`, { payload: { gender: "other" }, headers: { "if-match": etag } }),
			at(`/subjects/${subjectId}`, { payload: { gender: "other" }, headers: { "if-match": "*" } }),
			at(`/subjects/${own.subjectId}`, { payload: { gender: "other" }, headers: { "if-match": etag } }),
			at(`/subjects/${own.subjectId}`, { payload: { gender: "other", user_id: userId } }),
		],
		owner: 200,
	},
	"DELETE /api/v1/sessions/:session_id": {
		attempts: ({ sessionId }) => [at(`/sessions/${sessionId}`)],
		owner: 200,
	},
	"POST /api/v1/subjects/:subject_id/anonymize": {
		attempts: ({ subjectId, etag }) => [
			at(`/subjects/${subjectId}/anonymize`),
			at(`/subjects/${subjectId}/anonymize`, { headers: { "if-match": etag } }),
		],
		// A fit of it waits: the owner's last request but some.
		owner: 409,
	},
	"DELETE /api/v1/models/:model_id": {
		attempts: ({ modelId, flaggedModelId, etag }) => [
			at(`/models/${modelId}`),
			at(`/models/${flaggedModelId}`, { headers: { "if-match": etag } }),
		],
		owner: 204,
	},
	"DELETE /api/v1/subjects/:subject_id": {
		attempts: ({ subjectId, etag }) => [
			at(`/subjects/${subjectId}`),
			at(`/subjects/${subjectId}`, { headers: { "if-match": etag } }),
		],
		owner: 204,
	},
	"PUT /api/v1/me/password": {
		attempts: ({ password, userId }) => [
			at("/me/password", { payload: { current_password: password, new_password: "grass is green today" } }),
			at("/me/password", { payload: { user_id: userId, current_password: password, new_password: "grass is red" } }),
		],
		owner: 204,
	},
	"DELETE /api/v1/me": {
		attempts: ({ password, userId }) => [
			at(`/me?user_id=${userId}`, { payload: { password } }),
			at("/me", { payload: { password, user_id: userId } }),
		],
		// The log-in has ended with the change of the password.
		owner: 401,
	},
};

/** Runs what makes an API and tells each route that it registers, as `METHOD /pattern`; HEAD goes with its GET. */
export async function withRoutesOf<T>(make: () => Promise<T>): Promise<{ made: T; routes: readonly string[] }> {
	const found = new Set<string>();
	const listen = (message: unknown) => {
		(message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }: RouteOptions) => {
			for (const name of [method].flat()) found.add(`${name} ${url}`);
		});
	};
	subscribe("fastify.initialization", listen);
	try {
		const made = await make();
		// The answer to a browser's question before a request; names nothing.
		found.delete("OPTIONS *");
		const routes = [...found].filter((route) => !route.startsWith("HEAD ") || !found.has(route.replace("HEAD", "GET")));
		return { made, routes };
	} finally {
		unsubscribe("fastify.initialization", listen);
	}
}
