import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@anny-fitter/contracts";
import { Health, HealthStatus, VisionService } from "@anny-fitter/contracts/rpc";
import {
	createErrorInterceptor,
	fromConnectError,
	openGrpcTransport,
	type RpcServer,
	startRpcServer,
} from "@anny-fitter/platform/rpc";
import { type ConnectRouter, createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, it } from "vitest";

/** What the handler of the running call saw. */
interface Seen {
	aborts: unknown[];
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

/** A vision service that behaves as the photo's name says. */
function routes(seen: Seen = { aborts: [] }) {
	return (router: ConnectRouter): void => {
		router.service(
			VisionService,
			{
				async *analyse({ name, photo }, { signal }) {
					yield { event: { case: "progress", value: { stage: "decode", fraction: 0.1, message: "Reading" } } };
					if (name === "refuse") {
						throw new AppError("no_person", "Nobody is in the photo.", {
							remedy: "Stand in front of the camera.",
							details: { people: 0 },
							retryable: true,
						});
					}
					if (name === "break") throw new TypeError(`cannot handle ${photo.length} bytes of Jane`);
					if (name.startsWith("wait")) {
						const time_ms = Number(name.split(" ")[1]);
						await delay(time_ms, undefined, { signal }).catch((cause: unknown) => {
							seen.aborts.push(signal.reason);
							throw new AppError("cancelled", "Stopped.", { cause });
						});
					}
					yield { event: { case: "result", value: { widthPx: photo.length, mask: photo } } };
				},
			},
			{ interceptors: [createErrorInterceptor()] },
		);
	};
}

async function start(options: Partial<Parameters<typeof startRpcServer>[0]> = {}): Promise<RpcServer> {
	const server = await startRpcServer({ routes: routes(), ...options });
	closers.push(() => server.stop({ grace_ms: 0 }));
	return server;
}

function open(url: string): Transport {
	const { transport, close } = openGrpcTransport(url);
	closers.push(close);
	return transport;
}

async function analyse(
	transport: Transport,
	name: string,
	options: { signal?: AbortSignal; timeoutMs?: number; photo?: Uint8Array } = {},
): Promise<{ events: string[]; mask: Uint8Array }> {
	const { photo = new Uint8Array([1, 2, 3]), ...call } = options;
	const events: string[] = [];
	let mask = new Uint8Array();
	try {
		for await (const { event } of createClient(VisionService, transport).analyse({ name, photo }, call)) {
			events.push(event.case ?? "");
			if (event.case === "result") mask = new Uint8Array(event.value.mask);
		}
	} catch (error) {
		throw fromConnectError(error);
	}
	return { events, mask };
}

describe.each(["in process", "gRPC", "gRPC over a socket", "Connect"] as const)("a call, %s", (kind) => {
	async function connect(seen?: Seen): Promise<Transport> {
		if (kind === "in process") return createRouterTransport(routes(seen));
		if (kind === "gRPC over a socket") {
			const folder = await mkdtemp(join(tmpdir(), "anny-rpc-"));
			closers.push(() => rm(folder, { recursive: true }));
			const socketPath = join(folder, "service.sock");
			const server = await start({ routes: routes(seen), socketPath });
			expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
			return open(server.url);
		}
		const server = await start({ routes: routes(seen) });
		return kind === "gRPC" ? open(server.url) : createConnectTransport({ baseUrl: server.url, httpVersion: "2" });
	}

	it("streams, and brings back bytes exactly", async () => {
		const transport = await connect();
		const photo = new Uint8Array(20 * 1024 * 1024).map((_, i) => i * 7);
		const { events, mask } = await analyse(transport, "echo", { photo });
		expect(events).toEqual(["progress", "result"]);
		expect(Buffer.compare(mask, photo)).toBe(0);
	});

	it("fails with the service's error, whole", async () => {
		const transport = await connect();
		await expect(analyse(transport, "refuse")).rejects.toMatchObject({
			name: "AppError",
			code: "no_person",
			message: "Nobody is in the photo.",
			remedy: "Stand in front of the camera.",
			details: { people: 0 },
			retryable: true,
		});
		const defect = await analyse(transport, "break").catch((error: unknown) => error);
		expect(defect).toMatchObject({ code: "internal", message: "The service failed unexpectedly." });
	});

	it("reaches the handler when it is cancelled or too slow", async () => {
		const seen: Seen = { aborts: [] };
		const transport = await connect(seen);
		const abort = new AbortController();
		const call = analyse(transport, "wait 30000", { signal: abort.signal });
		setTimeout(() => abort.abort(), 200);
		await expect(call).rejects.toMatchObject({ code: "cancelled" });
		await expect.poll(() => seen.aborts.length).toBe(1);
		await expect(analyse(transport, "wait 30000", { timeoutMs: 300 })).rejects.toMatchObject({
			code: "timeout",
			retryable: true,
		});
		await expect.poll(() => seen.aborts.length).toBe(2);
		expect((await analyse(transport, "echo")).events).toHaveLength(2);
	});
});

describe("startRpcServer", () => {
	it("answers health checks by service and tells watchers of a change", async () => {
		let isHealthy = true;
		const server = await start({ isHealthy: () => isHealthy });
		const client = createClient(Health, open(server.url));
		expect((await client.check({})).status).toBe(HealthStatus.SERVING);
		expect((await client.check({ service: VisionService.typeName })).status).toBe(HealthStatus.SERVING);
		await expect(client.check({ service: "other" })).rejects.toMatchObject({ code: 5 });

		const watched: HealthStatus[] = [];
		const watching = (async () => {
			for await (const { status } of client.watch({})) watched.push(status);
		})();
		await expect.poll(() => watched).toEqual([HealthStatus.SERVING]);
		isHealthy = false;
		await expect.poll(() => watched, { timeout: 10_000 }).toEqual([HealthStatus.SERVING, HealthStatus.NOT_SERVING]);
		expect((await client.check({})).status).toBe(HealthStatus.NOT_SERVING);
		isHealthy = true;
		await expect.poll(() => watched.length, { timeout: 10_000 }).toBe(3);
		// A watcher does not hold up the stop, and learns of it.
		await server.stop({ grace_ms: 20_000 });
		await watching;
		expect(watched.at(-1)).toBe(HealthStatus.NOT_SERVING);
	}, 40_000);

	it("finishes running calls when it stops, and takes no new ones", async () => {
		const server = await start();
		const transport = open(server.url);
		const running = analyse(transport, "wait 1000");
		await delay(300);
		const stopped = server.stop({ grace_ms: 20_000 });
		await expect(analyse(transport, "echo")).rejects.toMatchObject({ code: "service_unavailable", retryable: true });
		expect((await running).events).toEqual(["progress", "result"]);
		await Promise.all([stopped, server.stop()]);
	});

	it("aborts calls that outlast the grace", async () => {
		const seen: Seen = { aborts: [] };
		const server = await start({ routes: routes(seen) });
		const running = analyse(open(server.url), "wait 60000").catch((error: unknown) => error);
		await delay(300);
		await server.stop({ grace_ms: 100 });
		expect(await running).toMatchObject({ code: "service_unavailable", retryable: true });
		expect(seen.aborts).toHaveLength(1);
	});

	it("logs method, time and outcome, and nothing of the content", async () => {
		const lines: Record<string, unknown>[] = [];
		const write = (level: string) => (fields: object, message: string) =>
			void lines.push({ level, message, ...fields });
		const server = await start({ log: { info: write("info"), error: write("error") } });
		const transport = open(server.url);
		await analyse(transport, "echo");
		await analyse(transport, "refuse").catch(() => undefined);
		await analyse(transport, "break").catch(() => undefined);
		await createClient(Health, transport).check({});
		const abort = new AbortController();
		setTimeout(() => abort.abort(), 200);
		await analyse(transport, "wait 30000", { signal: abort.signal }).catch(() => undefined);
		await expect.poll(() => lines.length).toBe(4);
		expect(lines.map(({ level, rpc, code }) => [level, rpc, code])).toEqual([
			["info", "anny_fitter.v1.VisionService/Analyse", "ok"],
			["info", "anny_fitter.v1.VisionService/Analyse", "no_person"],
			["error", "anny_fitter.v1.VisionService/Analyse", "internal"],
			["info", "anny_fitter.v1.VisionService/Analyse", "cancelled"],
		]);
		for (const line of lines) expect(line.duration_ms).toBeGreaterThanOrEqual(0);
		expect(lines[2]).toMatchObject({ error_name: "TypeError" });
		expect(lines[2]?.stack).toContainEqual(expect.stringMatching(/^at /));
		expect(JSON.stringify(lines)).not.toMatch(/Jane|echo|Nobody/);
	});

	it("says why it cannot listen", async () => {
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
		closers.push(() => new Promise((resolve) => other.close(resolve)));
		const { port } = other.address() as AddressInfo;
		await expect(startRpcServer({ routes: routes(), port })).rejects.toMatchObject({
			code: "invalid_configuration",
			message: expect.stringContaining(String(port)),
		});
	});

	it("takes over the socket of a killed server, not that of a living one", async () => {
		const folder = await mkdtemp(join(tmpdir(), "anny-rpc-"));
		closers.push(() => rm(folder, { recursive: true }));
		const socketPath = join(folder, "service.sock");
		const killed = spawn(process.execPath, ["-e", `net.createServer().listen(${JSON.stringify(socketPath)})`]);
		await expect.poll(() => existsSync(socketPath), { timeout: 10_000 }).toBe(true);
		killed.kill("SIGKILL");
		await once(killed, "exit");
		const first = await start({ socketPath });
		await expect(startRpcServer({ routes: routes(), socketPath })).rejects.toMatchObject({
			code: "invalid_configuration",
		});
		expect((await analyse(open(first.url), "echo")).events).toHaveLength(2);
	});
});

describe("openGrpcTransport", () => {
	it("fails retryably while nobody listens and works once somebody does, on the same address", async () => {
		const first = await start();
		const transport = open(first.url);
		expect((await analyse(transport, "echo")).events).toHaveLength(2);
		await first.stop({ grace_ms: 0 });
		await expect(analyse(transport, "echo")).rejects.toMatchObject({ code: "service_unavailable", retryable: true });
		await start({ port: Number(new URL(first.url).port) });
		expect((await analyse(transport, "echo")).events).toHaveLength(2);
	});

	it("ends running calls and refuses later ones when closed", async () => {
		const seen: Seen = { aborts: [] };
		const server = await start({ routes: routes(seen) });
		const { transport, close } = openGrpcTransport(server.url);
		const running = analyse(transport, "wait 60000").catch((error: unknown) => error);
		await delay(300);
		await close();
		expect(await running).toMatchObject({ code: "cancelled" });
		await expect(analyse(transport, "echo")).rejects.toMatchObject({ code: "cancelled" });
		await expect.poll(() => seen.aborts.length).toBe(1);
	});

	it("tells a lost connection from a cancellation", async () => {
		const server = await start();
		// Between the two, to cut the connection as a killed server would.
		const sockets: Socket[] = [];
		const { hostname, port } = new URL(server.url);
		const relay = createServer((socket) => {
			const onward = connectSocket(Number(port), hostname);
			for (const end of [socket, onward]) sockets.push(end.on("error", () => undefined));
			socket.pipe(onward).pipe(socket);
		});
		await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
		closers.push(() => new Promise((resolve) => relay.close(resolve)));
		closers.push(async () => {
			for (const socket of sockets) socket.destroy();
		});
		const transport = open(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`);
		const running = analyse(transport, "wait 60000").catch((error: unknown) => error);
		await delay(300);
		for (const socket of sockets.splice(0)) socket.destroy();
		expect(await running).toMatchObject({ code: "service_unavailable", retryable: true });
		expect((await analyse(transport, "echo")).events).toHaveLength(2);
	});

	it("gives calls a deadline of its own", async () => {
		const server = await start();
		const { transport, close } = openGrpcTransport(server.url, { timeout_ms: 200 });
		closers.push(close);
		await expect(analyse(transport, "wait 30000")).rejects.toMatchObject({ code: "timeout" });
	});

	it.each(["", "localhost:8001", "ftp://host", "http://host/path", "unix:relative"])("refuses %j", (url) => {
		expect(() => openGrpcTransport(url)).toThrow(expect.objectContaining({ code: "invalid_configuration" }));
	});
});
