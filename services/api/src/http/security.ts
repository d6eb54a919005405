import type { ServerConfig } from "@anny-fitter/platform/config";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import type { Api } from "./api-instance.js";

/** Headers that scripts of other origins may read. */
const EXPOSED_HEADERS = [
	"content-disposition",
	"etag",
	"location",
	"ratelimit-limit",
	"ratelimit-remaining",
	"ratelimit-reset",
	"retry-after",
	"x-request-id",
	"x-uncompressed-length",
];

/** What browsers are told about who may use answers and how; cookies; compression of text. */
export async function addBrowserRules(api: Api, config: ServerConfig): Promise<void> {
	const isHttps = config.publicUrl.startsWith("https:");
	await api.register(helmet, {
		contentSecurityPolicy: {
			useDefaults: false,
			// Enough for the page of the documentation, whose scripts and styles come from this server.
			directives: {
				defaultSrc: ["'none'"],
				baseUri: ["'none'"],
				connectSrc: ["'self'"],
				fontSrc: ["'self'"],
				formAction: ["'none'"],
				frameAncestors: ["'none'"],
				imgSrc: ["'self'", "data:"],
				scriptSrc: ["'self'"],
				styleSrc: ["'self'", "'unsafe-inline'"],
			},
		},
		frameguard: { action: "deny" },
		referrerPolicy: { policy: "no-referrer" },
		strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
	});
	await api.register(cors, {
		origin: config.corsOrigins.length === 0 ? false : [...config.corsOrigins],
		credentials: true,
		methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
		allowedHeaders: [
			"authorization",
			"content-type",
			"idempotency-key",
			"if-match",
			"if-none-match",
			"traceparent",
			"x-request-id",
		],
		exposedHeaders: EXPOSED_HEADERS,
		maxAge: 600,
		strictPreflight: false,
	});
	await api.register(cookie);
	// Meshes and zip files are compact already; answers with tokens stay as they are, since their length would tell.
	api.addHook("onRoute", (route) => {
		if (route.url.startsWith("/api/v1/auth/")) (route as { compress?: false }).compress = false;
	});
	await api.register(compress, {
		global: true,
		threshold: 1024,
		encodings: ["br", "gzip"],
		customTypes: /^(application\/(problem\+)?json|text\/(csv|html|css|javascript)|application\/javascript|image\/svg)/,
	});
}
