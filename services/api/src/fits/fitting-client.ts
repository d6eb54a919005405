import { AppError, type ResultDocument, resultDocumentSchema } from "@anny-fitter/contracts";
import { FittingService, type Observation, type Progress } from "@anny-fitter/contracts/rpc";
import { createClient, type Transport } from "@connectrpc/connect";
import type { StoredFitRequest } from "./create-fit-session.js";
import { photoName } from "./read-fit-upload.js";
import { backOff, serviceError } from "./vision-client.js";

const RETRY_DELAYS_MS = [300, 1_500];

export interface FitResult {
	readonly document: ResultDocument;
	readonly isFlaggedForReview: boolean;
}

/** Photos that could not be looked at; the body is then the one that the stated facts let expect. */
export interface Fallback {
	readonly code: string;
	readonly message: string;
}

/** Calls the fitting service, again when it was not reached. */
export class FittingClient {
	readonly #client;

	constructor(transport: Transport) {
		this.#client = createClient(FittingService, transport);
	}

	/** @throws AppError */
	async fit(
		request: StoredFitRequest,
		seen: readonly Observation[] | Fallback,
		options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
	): Promise<FitResult> {
		for (let attempt = 0; ; attempt++) {
			try {
				return await this.#call(request, seen, options);
			} catch (error) {
				const appError = serviceError(error, options.signal);
				const delay = RETRY_DELAYS_MS[attempt];
				if (options.signal.aborted || !appError.retryable || delay === undefined) throw appError;
				await backOff(delay, options.signal);
			}
		}
	}

	async #call(
		request: StoredFitRequest,
		seen: readonly Observation[] | Fallback,
		{ signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
	): Promise<FitResult> {
		const message = {
			statedJson: JSON.stringify(request.stated),
			...("code" in seen
				? { fallbackCode: seen.code, fallbackMessage: seen.message }
				: {
						views: seen.map((observation, index) => ({
							observation,
							name: photoName(index),
							label: request.views[index] ?? "",
						})),
					}),
		};
		let result: FitResult | undefined;
		for await (const { event } of this.#client.fit(message, { signal })) {
			if (event.case === "progress") onProgress(event.value);
			else if (event.case === "result") {
				result = {
					document: resultDocumentSchema.parse(JSON.parse(event.value.documentJson)),
					isFlaggedForReview: event.value.flaggedForReview,
				};
			}
		}
		if (result === undefined) throw new AppError("internal", "The fitting service ended without a result.");
		return result;
	}
}
