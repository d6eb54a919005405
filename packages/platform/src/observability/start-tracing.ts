import { AppError } from "@anny-fitter/contracts";
import { context, DiagLogLevel, diag, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { defaultResource, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOffSampler, BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Log } from "./log.js";
import { readSampler } from "./trace-sampler.js";

type Environment = Readonly<Record<string, string | undefined>>;

export interface TracingOptions {
	/** Which program this is, such as `api`; `OTEL_SERVICE_NAME` goes before it. */
	readonly service: string;
	/** The standard variables of OpenTelemetry; docs/observability.md lists those that count here. */
	readonly env: Environment;
	readonly log?: Pick<Log, "warn">;
}

export interface Tracing {
	/** Whether spans leave the process. */
	readonly isExporting: boolean;
	/** Sends what has not been sent; for the end of the program. Never throws. */
	stop(): Promise<void>;
}

const FLUSH_TIMEOUT_MS = 3000;
const PROTOCOLS = ["http/protobuf", "http/json"] as const;

/**
 * Gives every request and job of this process a trace id, and sends spans to an OpenTelemetry collector where the
 * variables name one. Without one nothing is recorded: ids are made and handed on all the same, so that logs of all
 * processes can be told apart by them. To be called once, before the first request.
 *
 * @throws AppError `invalid_configuration`
 */
export async function startTracing({ service, env, log }: TracingOptions): Promise<Tracing> {
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	if (!isWanted(env)) {
		trace.setGlobalTracerProvider(new TracerProvider({ sampler: new AlwaysOffSampler() }));
		return { isExporting: false, stop: async () => undefined };
	}
	const sampler = readSampler(env);
	const exporter = await openExporter(env);
	const provider = new TracerProvider({
		sampler,
		resource: defaultResource()
			.merge(resourceFromAttributes({ "service.name": service, "service.namespace": "anny-fitter" }))
			.merge(resourceFromAttributes(envDetector.detect().attributes ?? {})),
		spanProcessors: [
			new BatchSpanProcessor({ exporter, scheduledDelayMillis: readDelay_ms(env.OTEL_BSP_SCHEDULE_DELAY) }),
		],
		spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 200, eventCountLimit: 32 },
	});
	if (log !== undefined) reportTroubles(log);
	trace.setGlobalTracerProvider(provider);
	return {
		isExporting: true,
		stop: async () => {
			let timer: NodeJS.Timeout | undefined;
			const late = new Promise<void>((resolve) => {
				timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
			});
			// A collector that is away must not keep the program from ending.
			await Promise.race([provider.shutdown().catch(() => undefined), late]);
			clearTimeout(timer);
		},
	};
}

function isWanted(env: Environment): boolean {
	if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return false;
	const exporter = env.OTEL_TRACES_EXPORTER?.trim();
	if (exporter === "none") return false;
	if (exporter === "otlp") return true;
	if (exporter !== undefined && exporter !== "") throw invalid("OTEL_TRACES_EXPORTER", "otlp or none");
	return [env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, env.OTEL_EXPORTER_OTLP_ENDPOINT].some((url) => (url ?? "") !== "");
}

/** Address, headers, certificates and timeout are read by the exporter itself. */
async function openExporter(env: Environment): Promise<SpanExporter> {
	const protocol =
		env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?.trim() || env.OTEL_EXPORTER_OTLP_PROTOCOL?.trim() || PROTOCOLS[0];
	if (!PROTOCOLS.some((known) => known === protocol)) {
		throw invalid("OTEL_EXPORTER_OTLP_PROTOCOL", PROTOCOLS.join(" or "));
	}
	// Loaded only where spans are sent.
	const { OTLPTraceExporter } =
		protocol === "http/json"
			? await import("@opentelemetry/exporter-trace-otlp-http")
			: await import("@opentelemetry/exporter-trace-otlp-proto");
	return new OTLPTraceExporter();
}

function readDelay_ms(text: string | undefined): number {
	if (text === undefined || text.trim() === "") return 5000;
	const delay_ms = Number(text);
	if (Number.isInteger(delay_ms) && delay_ms >= 0 && delay_ms <= 3_600_000) return delay_ms;
	throw invalid("OTEL_BSP_SCHEDULE_DELAY", "a whole number of milliseconds");
}

/** Once a minute at most: a collector that is away fails with every batch. */
function reportTroubles(log: Pick<Log, "warn">): void {
	let quietUntil_ms = 0;
	const report = () => {
		if (Date.now() < quietUntil_ms) return;
		quietUntil_ms = Date.now() + 60_000;
		log.warn({}, "traces could not be sent to the collector; they are lost, the work goes on");
	};
	const nothing = () => undefined;
	// What the exporter says may quote the collector's address with its credentials.
	diag.setLogger(
		{ error: report, warn: report, info: nothing, debug: nothing, verbose: nothing },
		{ logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
	);
}

function invalid(name: string, form: string): AppError {
	return new AppError("invalid_configuration", `The variable ${name} is not usable; it must be ${form}.`, {
		remedy: `Set ${name} to ${form}, or leave it out.`,
		details: { variable: name },
	});
}
