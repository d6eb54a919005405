import { setTimeout as sleep } from "node:timers/promises";
import { AppError, type ErrorCode } from "@anny-fitter/contracts";
import { type Observation, type Progress, VisionService } from "@anny-fitter/contracts/rpc";
import { fromConnectError } from "@anny-fitter/platform/rpc";
import { createClient, type Transport } from "@connectrpc/connect";
import type { CircuitBreaker } from "./circuit-breaker.js";

/** One photo takes a second or two; whoever takes this long is stuck. */
const DEADLINE_MS = 60_000;
const RETRY_DELAYS_MS = [200, 1_000];

/** What a photo itself is to blame for; another try would find the same, and the service is well. */
const PHOTO_ERRORS: ReadonlySet<ErrorCode> = new Set([
	"no_person",
	"several_people",
	"body_not_visible",
	"not_an_image",
	"unsupported_image",
	"empty_file",
	"damaged_image",
	"image_too_large",
	"image_too_small",
	"invalid_argument",
]);

/** The vision service cannot be had at present; the fit goes on without photos. */
export class VisionUnavailableError extends Error {
	override readonly name = "VisionUnavailableError";
}

/** Analyses photos one by one, with deadline, retries and breaker. */
export class VisionClient {
	readonly #client;
	readonly #breaker: CircuitBreaker;
	readonly #onRetry: (code: ErrorCode) => void;

	constructor(transport: Transport, breaker: CircuitBreaker, onRetry: (code: ErrorCode) => void) {
		this.#client = createClient(VisionService, transport);
		this.#breaker = breaker;
		this.#onRetry = onRetry;
	}

	/**
	 * @throws AppError what is wrong with the photo, or `cancelled`
	 * @throws VisionUnavailableError after retries, or at once while the breaker is open
	 */
	async analyse(
		photo: Uint8Array,
		name: string,
		options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
	): Promise<Observation> {
		for (let attempt = 0; ; attempt++) {
			const permit = this.#breaker.tryAcquire();
			if (permit === null) throw new VisionUnavailableError("the breaker is open");
			try {
				const observation = await this.#call(photo, name, options);
				permit.succeeded();
				return observation;
			} catch (error) {
				const appError = serviceError(error, options.signal);
				if (options.signal.aborted) {
					permit.dropped();
					throw appError;
				}
				if (PHOTO_ERRORS.has(appError.code)) {
					permit.succeeded();
					throw appError;
				}
				permit.failed();
				const delay = RETRY_DELAYS_MS[attempt];
				if (delay === undefined) throw new VisionUnavailableError("the retries failed", { cause: appError });
				this.#onRetry(appError.code);
				await backOff(delay, options.signal);
			}
		}
	}

	async #call(
		photo: Uint8Array,
		name: string,
		{ signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
	): Promise<Observation> {
		let result: Observation | undefined;
		// To its end: a stream that is left early never tells how it ended.
		for await (const { event } of this.#client.analyse({ photo, name }, { signal, timeoutMs: DEADLINE_MS })) {
			if (event.case === "progress") onProgress(event.value);
			else if (event.case === "result") result = event.value;
		}
		if (result === undefined) throw new AppError("internal", "The vision service ended without a result.");
		return result;
	}
}

/** What a call failed with. A call that nobody here gave up was given up by a service that ends or is overwhelmed. */
export function serviceError(error: unknown, signal: AbortSignal): AppError {
	const appError = fromConnectError(error);
	if (appError.code !== "cancelled" || signal.aborted) return appError;
	return new AppError("service_unavailable", "The service gave up the call.", { retryable: true, cause: appError });
}

/** Waits with some scatter, so that many callers do not come back at once. @throws AppError `cancelled` */
export async function backOff(delay_ms: number, signal: AbortSignal): Promise<void> {
	await sleep(delay_ms * (0.75 + 0.5 * Math.random()), undefined, { signal }).catch(() => {
		throw new AppError("cancelled", "The fit was cancelled.");
	});
}
