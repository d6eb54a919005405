import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request as requestHttps } from "node:https";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { ERROR_TABLE, type ErrorCode, type ProblemDocument } from "@anny-fitter/contracts";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { isPostgresPresent } from "../../../packages/platform/test/test-databases.js";
import {
	type ApiClient,
	expectStatus,
	registerClient,
	type SessionState,
	samplePhoto,
} from "../../../services/server/test/api-client.js";
import { canConfine } from "../stack/confined-process.js";
import { type Stack, startStack } from "../stack/stack.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const REQUESTS_PER_SECOND = 50;
const BURST = 200;

describe.skipIf(!isPostgresPresent)("what deploy/ describes, as confined processes behind nginx", () => {
	let stack: Stack;
	let client: ApiClient;
	let session: SessionState;
	const before = getGlobalDispatcher();

	beforeAll(async () => {
		stack = await startStack({
			replicas: { api: 2, vision: 2, fitting: 1, visualization: 1 },
			gateway: {
				MAX_UPLOAD_SIZE_MB: "10",
				GATEWAY_REQUESTS_PER_SECOND: String(REQUESTS_PER_SECOND),
				GATEWAY_REQUEST_BURST: String(BURST),
			},
			api: { WORKERS: "2", MAX_UPLOAD_SIZE_MB: "10", MAX_PHOTO_SIZE_MB: "5" },
		});
		// `fetch` believes the gateway's own certificate, and no other of its kind.
		// More connections would meet another limit of the gateway's.
		setGlobalDispatcher(new Agent({ connect: { ca: stack.ca }, connections: 50 }));
		client = await registerClient(stack.url);
	});
	afterAll(async () => {
		setGlobalDispatcher(before);
		await stack?.stop();
	});

	test("each process runs from its own pruned tree, read-only, and is well", () => {
		const sizes = Object.fromEntries(stack.trees.map(({ name, size_mb }) => [name, size_mb]));
		console.info("megabytes per tree:", sizes, canConfine ? "confined" : "not confined: no root, or no namespaces");
		// Nothing large has slipped in: a second copy of ONNX Runtime's libraries, or another package's data, would show.
		expect(sizes.vision).toBeLessThan(280);
		expect(sizes.fitting).toBeLessThan(220);
		expect(sizes.visualization).toBeLessThan(220);
		expect(sizes.api).toBeLessThan(290);
		expect(sizes.web).toBeLessThan(70);
		for (const [name, count] of [
			["api", 2],
			["vision", 2],
			["fitting", 1],
			["visualization", 1],
		] as const) {
			for (let index = 0; index < count; index++) expect(stack.checkHealth(name, index), name).toBe(0);
			if (!canConfine) continue;
			const { pid } = stack.processes[name][0]!;
			const status = readFileSync(`/proc/${pid}/status`, "utf8");
			expect(status).toMatch(/^Uid:\s+65534\s/m);
			expect(status).toMatch(/^CapEff:\s+0+$/m);
			expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
			const writable = readFileSync(`/proc/${pid}/mountinfo`, "utf8")
				.split("\n")
				.filter((line) => / (?:\/|\/mnt|\/run) rw/.test(line));
			expect(writable).toEqual([]);
		}
	});

	test("the bills of materials and the licences name what is in the trees", () => {
		for (const { packages, folder } of stack.trees) {
			const sbom = JSON.parse(readFileSync(`${folder}/sbom.cdx.json`, "utf8"));
			expect(sbom.bomFormat).toBe("CycloneDX");
			const listed = new Set(
				sbom.components.map((one: { name: string; version: string }) => `${one.name}@${one.version}`),
			);
			expect(packages.filter((one) => !listed.has(one) && !isOurs(one))).toEqual([]);
			expect(
				[...listed].filter((one) => /^(?:vitest|vite|typescript|@biomejs|playwright-core)/.test(String(one))),
			).toEqual([]);
			expect(readFileSync(`${folder}/licences.txt`, "utf8")).toContain("Apache");
		}
	});

	test("TLS 1.3 and nothing older; plain HTTP leads to it", async () => {
		const { port } = new URL(stack.url);
		const handshake = async (version: "TLSv1.2" | "TLSv1.3") => {
			const socket = connectTls({
				port: Number(port),
				host: "localhost",
				ca: stack.ca,
				minVersion: "TLSv1.2",
				maxVersion: version,
				ALPNProtocols: ["h2"],
			});
			const outcome = await new Promise<string>((resolve) => {
				socket.once("secureConnect", () => resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`));
				socket.once("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)));
			});
			socket.destroy();
			return outcome;
		};
		expect(await handshake("TLSv1.3")).toBe("TLSv1.3 h2");
		expect(await handshake("TLSv1.2")).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
		const plain = await fetch(`${stack.httpUrl}/models/1?a=b`, {
			redirect: "manual",
			headers: { host: "fit.example.org" },
		});
		expect([plain.status, plain.headers.get("location")]).toEqual([308, `https://127.0.0.1:${port}/models/1?a=b`]);
	});

	test("the application over HTTP/2, with its headers and lifetimes", async () => {
		const page = await http2Get("/models/0d1c8a2e", { accept: "text/html,*/*;q=0.8" });
		expect(page.headers).toMatchObject({
			":status": 200,
			"content-type": "text/html; charset=utf-8",
			"cache-control": "no-cache",
		});
		expect(page.body).toContain("<div id=");
		// What the API itself would send with its pages.
		const source = readFileSync(`${ROOT}services/api/src/web/web-files.ts`, "utf8");
		const [, list] = /CONTENT_SECURITY_POLICY = \[([^\]]*)\]/.exec(source)!;
		const policy = [...list!.matchAll(/"([^"]*)"/g)].map(([, rule]) => rule).join("; ");
		expect(policy).toContain("default-src 'none'");
		expect(page.headers).toMatchObject({
			"content-security-policy": policy,
			"strict-transport-security": "max-age=31536000",
			"x-content-type-options": "nosniff",
			"x-frame-options": "DENY",
			"referrer-policy": "no-referrer",
			"permissions-policy": /PERMISSIONS_POLICY = "([^"]*)"/.exec(source)![1],
		});
		expect(page.headers.server).toBe("nginx");
		const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page.body)!;
		const asset = await http2Get(script!, { "accept-encoding": "gzip" });
		expect(asset.headers).toMatchObject({
			":status": 200,
			"cache-control": "public, max-age=31536000, immutable",
			"content-encoding": "gzip",
			"content-type": "text/javascript; charset=utf-8",
		});
		expect((await http2Get("/sw.js")).headers).toMatchObject({ ":status": 200, "cache-control": "no-cache" });
		const statuses = await Promise.all(
			(
				[
					["/assets/absent.js", "*/*"],
					[`${script}.gz`, "*/*"],
					["/.env", "*/*"],
					["/models/0d1c8a2e", "application/json"],
					["/metrics", "*/*"],
					["/readyz", "*/*"],
				] as const
			).map(async ([path, accept]) => (await http2Get(path, { accept })).headers[":status"]),
		);
		expect(statuses).toEqual([404, 404, 404, 404, 404, 404]);
	});

	test("a fit: photos pass through memory only, progress comes over a WebSocket, vision's replicas share the work", async () => {
		const photos = [await samplePhoto("woman-front"), await samplePhoto("woman-side")];
		const upload = await startSlowUpload(photos);
		expect(nginxFiles().filter((path) => path.includes("gateway-body"))).toEqual([]);
		const accepted = await upload.finish();
		expect(accepted.status).toBe(202);
		const { session_id } = JSON.parse(accepted.body) as { session_id: string };
		const states = await watch(session_id);
		session = states.at(-1)!;
		expect(session).toMatchObject({ status: "completed", progress: 1 });
		expect(new Set(states.map((state) => state.stage)).size).toBeGreaterThan(2);
		const calls = stack.processes.vision.map((one) => one.log().match(/VisionService\/[aA]nalyse/g)?.length ?? 0);
		expect(calls).toEqual([1, 1]);
		const mesh = await expectStatus(200, client.request("GET", `/models/${session.model_id}/export?format=glb`));
		// Once each: the API and the gateway do not both say them.
		expect(Object.fromEntries(mesh.headers)).toMatchObject({
			"cache-control": "private, no-cache",
			"strict-transport-security": "max-age=31536000",
			"x-content-type-options": "nosniff",
			"referrer-policy": "no-referrer",
		});
		expect(new TextDecoder().decode((await mesh.arrayBuffer()).slice(0, 4))).toBe("glTF");
	});

	test("what is too large is refused in the product's form, told or not", async () => {
		const told = await raw("POST", "/api/v1/fit", { "content-length": 11_000_000 }, [Buffer.alloc(1000)]);
		expectProblem(told, "upload_too_large");
		// Three parts that begin like photos, 12 MB together.
		const part = `--x\r\ncontent-disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n`;
		const photo = (seed: number) => [
			Buffer.from(part),
			Buffer.from([0xff, 0xd8, 0xff, seed]),
			Buffer.alloc(4_000_000),
			Buffer.from("\r\n"),
		];
		const multipart = { "transfer-encoding": "chunked", "content-type": "multipart/form-data; boundary=x" };
		const untold = await raw("POST", "/api/v1/fit", multipart, [1, 2, 3].flatMap(photo));
		expectProblem(untold, "upload_too_large");
		const json = await raw(
			"POST",
			"/api/v1/subjects",
			{ "content-length": 300_000, "content-type": "application/json" },
			[Buffer.alloc(1000)],
		);
		expectProblem(json, "upload_too_large");
		// The API's own answer for what passes the gateway.
		const form = new FormData();
		form.append("photos", new Blob([new Uint8Array(6_000_000).fill(0xff)]), "photo.jpg");
		const inner = await client.request("POST", "/fit", { form });
		expect(((await inner.json()) as ProblemDocument).code).toMatch(
			/^(?:photo_too_large|not_an_image|unsupported_image)$/,
		);
	});

	test("a replica that dies is not missed, and no replica at all is said so", async () => {
		const { api } = stack.processes;
		await api[1]!.stop("SIGKILL");
		const answers = await Promise.all(Array.from({ length: 20 }, () => client.request("GET", "/consents")));
		expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
		expect(stack.checkHealth("api", 1)).toBe(1);
	});

	test("a flood gets 429 with Retry-After in the product's form", async () => {
		const answers = await Promise.all(
			Array.from({ length: BURST + 3 * REQUESTS_PER_SECOND }, () => fetch(`${stack.url}/api/v1/app`)),
		);
		const refused = answers.filter(({ status }) => status === 429);
		expect(refused.length).toBeGreaterThan(REQUESTS_PER_SECOND);
		expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(BURST);
		const one = refused[0]!;
		expectProblem(
			{ status: one.status, headers: Object.fromEntries(one.headers), body: await one.text() },
			"too_many_requests",
		);
		expect(one.headers.get("retry-after")).toBe("5");
	});

	test("the gateway's log follows a request by its trace, and knows nobody", async () => {
		await new Promise((resolve) => setTimeout(resolve, 3000));
		await fetch(`${stack.url}/api/v1/models/${session.model_id}?name=Anna`, {
			headers: {
				traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
				"x-request-id": "request-of-a-test",
				authorization: `Bearer ${client.token}`,
			},
		});
		await new Promise((resolve) => setTimeout(resolve, 200));
		const log = stack.processes.gateway.log();
		const lines = log
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line) as Record<string, unknown>);
		expect(lines.length).toBeGreaterThan(100);
		expect(lines.at(-1)).toMatchObject({
			service: "gateway",
			level: "info",
			trace_id: TRACE_ID,
			request_id: "request-of-a-test",
			action: "http_request",
			message: "request",
			method: "GET",
			route: "/api/v1/models/*",
			status: "200",
			error: null,
		});
		expect(Object.keys(lines.at(-1)!).slice(0, 8)).toEqual([
			"timestamp",
			"level",
			"service",
			"trace_id",
			"user_id",
			"action",
			"duration_ms",
			"error",
		]);
		for (const line of lines) {
			expect(line.trace_id).toMatch(/^[0-9a-f]{32}$/);
			expect(line.duration_ms).toBeTypeOf("number");
			expect(line.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		}
		for (const personal of [client.email, client.token, session.session_id, session.model_id!, "Anna", "undici", "?"]) {
			expect(log).not.toContain(personal);
		}
		// The API tells of the same request.
		const told = stack.processes.api[0]!.log()
			.split("\n")
			.filter((line) => line.includes('"request-of-a-test"'));
		expect(told.map((line) => JSON.parse(line).trace_id)).toContain(TRACE_ID);
	});

	test("without any API the gateway says so", async () => {
		await Promise.all(stack.processes.api.map((one) => one.stop("SIGKILL")));
		const answer = await fetch(`${stack.url}/api/v1/app`);
		expectProblem(
			{ status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() },
			"service_unavailable",
		);
	});

	/** Packages of this repository are listed under the folders they lie in. */
	function isOurs(component: string): boolean {
		return component.startsWith("@anny-fitter/");
	}

	interface Answer {
		readonly status: number;
		readonly headers: Readonly<Record<string, string | string[] | undefined>>;
		readonly body: string;
	}

	function expectProblem({ status, headers, body }: Answer, code: ErrorCode): void {
		const problem = JSON.parse(body) as ProblemDocument;
		expect(problem).toMatchObject({ code, status: ERROR_TABLE[code].httpStatus, title: ERROR_TABLE[code].title });
		expect(status).toBe(problem.status);
		expect(problem.remedy).not.toBe("");
		expect(headers).toMatchObject({
			"content-type": "application/problem+json",
			"cache-control": "no-store",
			"x-request-id": problem.request_id,
		});
	}

	async function http2Get(path: string, headers: Record<string, string> = {}) {
		const connection = connectHttp2(stack.url, { ca: stack.ca });
		try {
			const stream = connection.request({ ":path": path, ...headers });
			let body = "";
			stream.setEncoding("utf8");
			stream.on("data", (text) => (body += text));
			const [[answer]] = await Promise.all([once(stream, "response"), once(stream, "end")]);
			return { headers: answer as Record<string, string | number>, body };
		} finally {
			connection.destroy();
		}
	}

	/** A request of which the answer may come before its end. */
	async function raw(
		method: string,
		path: string,
		headers: Record<string, string | number>,
		pieces: readonly Buffer[],
	): Promise<Answer> {
		const request = requestHttps(`${stack.url}${path}`, {
			method,
			ca: stack.ca,
			headers: { authorization: `Bearer ${client.token}`, ...headers },
		});
		const answered = once(request, "response");
		// The server ends the connection under the rest of the body.
		request.on("error", () => undefined);
		for (const piece of pieces) request.write(piece);
		if (headers["transfer-encoding"] !== undefined) request.end();
		const [response] = await answered;
		let body = "";
		for await (const piece of response) body += piece;
		request.destroy();
		return { status: response.statusCode, headers: response.headers, body };
	}

	/** Sends all but the end of an upload, so that whatever is kept on the way is there to be seen. */
	async function startSlowUpload(photos: readonly Buffer[]) {
		const form = new FormData();
		for (const photo of photos) form.append("photos", new Blob([new Uint8Array(photo)]), "photo.jpg");
		for (const [name, value] of Object.entries({ stature_m: "1.724", weight_kg: "71", sex: "female" }))
			form.append(name, value);
		const encoded = new Response(form);
		const body = Buffer.from(await encoded.arrayBuffer());
		const request = requestHttps(`${stack.url}/api/v1/fit`, {
			method: "POST",
			ca: stack.ca,
			headers: {
				authorization: `Bearer ${client.token}`,
				"content-type": encoded.headers.get("content-type")!,
				"content-length": body.length,
			},
		});
		request.write(body.subarray(0, -1000));
		await new Promise((resolve) => setTimeout(resolve, 500));
		return {
			finish: async (): Promise<Answer> => {
				const answered = once(request, "response");
				request.end(body.subarray(-1000));
				const [response] = await answered;
				let text = "";
				for await (const piece of response) text += piece;
				return { status: response.statusCode, headers: response.headers, body: text };
			},
		};
	}

	/** Files that nginx' processes have open, those that are removed already included. */
	function nginxFiles(): string[] {
		const { pid } = stack.processes.gateway;
		const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
		expect(workers.length).toBeGreaterThan(0);
		return workers.flatMap((worker) =>
			readdirSync(`/proc/${worker}/fd`).map((fd) => readlinkSync(`/proc/${worker}/fd/${fd}`)),
		);
	}

	/** Every state that the server tells of a fit, until it closes the connection. */
	async function watch(sessionId: string): Promise<SessionState[]> {
		const socket = new WebSocket(
			`${stack.url.replace("https", "wss")}/api/v1/sessions/${sessionId}/events`,
			["bearer", `bearer.${client.token}`],
			{ ca: stack.ca },
		);
		const states: SessionState[] = [];
		socket.on("message", (text) => states.push(JSON.parse(String(text))));
		const [code] = await once(socket, "close");
		expect(code).toBe(1000);
		return states;
	}
});
