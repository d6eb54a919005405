import { connect as connectSocket } from "node:net";
import { AppError } from "@anny-fitter/contracts";
import { ErrorDetailSchema } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { ServiceMetrics } from "../observability/index.js";
import { createCallInterceptor } from "./call-interceptor.js";
import { HTTP2_OPTIONS, READ_LIMIT_BYTES } from "./limits.js";

export interface GrpcTransportOptions {
	/** Deadline of calls that name none; default 10 minutes. */
	readonly timeout_ms?: number;
	readonly metrics?: Pick<ServiceMetrics, "observeCall"> | undefined;
}

export interface OpenedTransport {
	readonly transport: Transport;
	/** Ends the connection; running and later calls fail with `cancelled`. */
	close(): Promise<void>;
}

/** A dead peer is noticed after at most the sum of the two. */
const PING_INTERVAL_MS = 20_000;
const PING_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * A gRPC client's connection, opened at the first call and opened again after it broke. Spreading calls over several
 * servers is the platform's business (DNS, service mesh).
 *
 * @param url `http://host:port`, `https://host:port`, or `unix:/path` for a server of the same user on this machine
 * @throws AppError `invalid_configuration` when the address is of another form
 */
export function openGrpcTransport(url: string, options: GrpcTransportOptions = {}): OpenedTransport {
	const { baseUrl, socketPath } = parseAddress(url);
	const sessionManager = new Http2SessionManager(
		baseUrl,
		{ pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS },
		socketPath === null
			? HTTP2_OPTIONS
			: { ...HTTP2_OPTIONS, createConnection: () => connectSocket({ path: socketPath }) },
	);
	let isClosed = false;
	const refuseWhenClosed: Interceptor = (next) => (request) => {
		if (isClosed) throw new ConnectError("the connection was closed", Code.Canceled);
		return next(request);
	};
	const transport = createGrpcTransport({
		baseUrl,
		sessionManager,
		interceptors: [createCallInterceptor("client", options.metrics), refuseWhenClosed],
		acceptCompression: [],
		readMaxBytes: READ_LIMIT_BYTES,
		defaultTimeoutMs: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
	});
	return {
		transport: explainLostConnections(transport, () => isClosed),
		close: async () => {
			isClosed = true;
			sessionManager.abort();
		},
	};
}

/**
 * HTTP/2 reports the streams of a connection that dies as cancelled, as if the caller had done that. Only here, where the
 * caller's own signal is at hand, the two can be told apart.
 */
function explainLostConnections(inner: Transport, isClosed: () => boolean): Transport {
	const explain = (error: unknown, signal: AbortSignal | undefined): unknown => {
		const connectError = ConnectError.from(error);
		const isOurs = signal?.aborted || isClosed() || connectError.findDetails(ErrorDetailSchema).length > 0;
		if (connectError.code !== Code.Canceled || isOurs) return error;
		return new ConnectError("the connection was lost", Code.Unavailable, undefined, undefined, error);
	};
	return {
		unary: async (method, signal, ...rest) => {
			try {
				return await inner.unary(method, signal, ...rest);
			} catch (error) {
				throw explain(error, signal);
			}
		},
		stream: async (method, signal, ...rest) => {
			try {
				const response = await inner.stream(method, signal, ...rest);
				return { ...response, message: explainIn(response.message, (error) => explain(error, signal)) };
			} catch (error) {
				throw explain(error, signal);
			}
		},
	};
}

async function* explainIn<T>(messages: AsyncIterable<T>, explain: (error: unknown) => unknown): AsyncIterable<T> {
	try {
		yield* messages;
	} catch (error) {
		throw explain(error);
	}
}

function parseAddress(url: string): { baseUrl: string; socketPath: string | null } {
	const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(url)?.[1];
	// The host of a socket's requests means nothing, but HTTP/2 wants one.
	if (socketPath !== undefined) return { baseUrl: "http://localhost", socketPath };
	const parsed = URL.canParse(url) ? new URL(url) : null;
	if (parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:") && parsed.pathname === "/") {
		return { baseUrl: parsed.origin, socketPath: null };
	}
	throw new AppError("invalid_configuration", "The address of a service is not of the form http://host:port.", {
		remedy: "Set it to http://host:port, https://host:port or unix:/path/to/socket.",
	});
}
