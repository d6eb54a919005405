import { chmod, unlink } from "node:fs/promises";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { isMainThread } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { ServiceMetrics } from "../observability/index.js";
import { createCallInterceptor, withInterceptors } from "./call-interceptor.js";
import { addHealthService } from "./health.js";
import { createErrorInterceptor, createLogInterceptor, type RpcLog } from "./interceptors.js";
import { HTTP2_OPTIONS, READ_LIMIT_BYTES } from "./limits.js";

export interface RpcServerOptions {
	/** Adds the services; `grpc.health.v1.Health` comes by itself and knows their names. */
	readonly routes: (router: ConnectRouter) => void;
	/** Default 127.0.0.1: the protocol is not encrypted. */
	readonly host?: string;
	/** 0 takes any free port. */
	readonly port?: number;
	/** A Unix socket for programs of the same user on this machine, instead of `host` and `port`. */
	readonly socketPath?: string;
	/** Whether the services can do their work; default always. */
	readonly isHealthy?: () => boolean;
	readonly log?: RpcLog;
	readonly metrics?: Pick<ServiceMetrics, "observeCall">;
}

export interface RpcServer {
	/** What `openGrpcTransport` takes: `http://host:port` or `unix:/path`. */
	readonly url: string;
	/**
	 * Takes no new calls and reports not healthy; running calls may finish for `grace_ms` (default 10 s), then their
	 * signals are aborted and the callers get `service_unavailable`. May be called more than once.
	 */
	stop(options?: { readonly grace_ms?: number }): Promise<void>;
}

/** How long an aborted call may take to answer before its connection is cut. */
const ABORT_GRACE_MS = 2000;
const DEFAULT_GRACE_MS = 10_000;

/**
 * Serves Connect routes over HTTP/2 without TLS (h2c), for gRPC and Connect clients.
 *
 * @throws AppError `invalid_configuration` when it cannot listen there
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
	const stopping = new AbortController();
	const shutdown = new AbortController();
	const server = createServer(
		HTTP2_OPTIONS,
		connectNodeAdapter({
			routes: (router) => addRoutes(router, options, stopping.signal),
			grpcWeb: false,
			readMaxBytes: READ_LIMIT_BYTES,
			// Masks and photos hardly shrink, and a compressed message could unpack to any size.
			acceptCompression: [],
			shutdownSignal: shutdown.signal,
		}),
	);
	const sessions = new Set<ServerHttp2Session>();
	server.on("session", (session) => {
		sessions.add(session);
		session.once("close", () => sessions.delete(session));
		// A peer that vanished; its calls are aborted by their own streams.
		session.on("error", () => undefined);
	});
	const url = await listen(server, options);

	let stopped: Promise<void> | undefined;
	const stop = async (grace_ms: number) => {
		stopping.abort();
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		// Sends GOAWAY and waits for the streams.
		const ended = Promise.all([...sessions].map((session) => endSession(session)));
		if (!(await settlesWithin(ended, grace_ms))) {
			shutdown.abort(new ConnectError("the service is stopping", Code.Unavailable));
			if (!(await settlesWithin(ended, ABORT_GRACE_MS))) for (const session of sessions) session.destroy();
		}
		await closed;
	};
	return {
		url,
		stop: ({ grace_ms = DEFAULT_GRACE_MS } = {}) => {
			stopped ??= stop(grace_ms);
			return stopped;
		},
	};
}

function addRoutes(router: ConnectRouter, options: RpcServerOptions, stopping: AbortSignal): void {
	const { log, metrics } = options;
	const ours = [
		createCallInterceptor("server", metrics),
		...(log === undefined ? [] : [createLogInterceptor(log)]),
		createErrorInterceptor(),
	];
	options.routes(withInterceptors(router, ours));
	const names = new Set(router.handlers.map((handler) => handler.service.typeName));
	// Without our interceptors: probes come every few seconds and are not logged.
	addHealthService(router, { serviceNames: [...names], isHealthy: options.isHealthy ?? (() => true), stopping });
}

function endSession(session: ServerHttp2Session): Promise<void> {
	return new Promise((resolve) => {
		session.once("close", resolve);
		session.close();
	});
}

async function settlesWithin(work: Promise<unknown>, time_ms: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<false>((resolve) => {
		timer = setTimeout(resolve, time_ms, false);
	});
	try {
		return await Promise.race([work.then(() => true), timeout]);
	} finally {
		clearTimeout(timer);
	}
}

async function listen(server: Http2Server, options: RpcServerOptions): Promise<string> {
	const { host = "127.0.0.1", port = 0, socketPath } = options;
	if (socketPath !== undefined) await removeStaleSocket(socketPath);
	await new Promise<void>((resolve, reject) => {
		const onError = (cause: NodeJS.ErrnoException) => {
			const place = socketPath ?? `${host}:${port}`;
			const why = cause.code === "EADDRINUSE" ? "something else listens there" : `${cause.code ?? "unknown reason"}`;
			reject(new AppError("invalid_configuration", `The service cannot listen on ${place}: ${why}.`, { cause }));
		};
		server.once("error", onError);
		const onListening = () => {
			server.off("error", onError);
			resolve();
		};
		if (socketPath === undefined) server.listen({ host, port }, onListening);
		else listenPrivately(server, socketPath, onListening);
	});
	if (socketPath !== undefined) {
		await chmod(socketPath, 0o600);
		return `unix:${socketPath}`;
	}
	const { address, family, port: actual } = server.address() as AddressInfo;
	return `http://${family === "IPv6" ? `[${address}]` : address}:${actual}`;
}

/** The socket is made while `listen` runs: under this mask nobody else can connect before its mode is set. */
function listenPrivately(server: Http2Server, socketPath: string, onListening: () => void): void {
	const before = isMainThread ? process.umask(0o177) : undefined;
	try {
		server.listen(socketPath, onListening);
	} finally {
		if (before !== undefined) process.umask(before);
	}
}

/** A killed server leaves its socket behind; nobody answers on it. */
async function removeStaleSocket(path: string): Promise<void> {
	const isStale = await new Promise<boolean>((resolve) => {
		const probe = connect(path);
		probe.once("connect", () => {
			probe.destroy();
			resolve(false);
		});
		probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
	});
	if (isStale) await unlink(path);
}
