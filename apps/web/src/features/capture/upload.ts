import { offlineProblem, toProblem } from "../../api/problem-error.js";
import { newTraceparent } from "../../api/traceparent.js";
import type { FitAccepted } from "../../api/types.js";
import { accessToken, renewAccess } from "../../auth/access.js";

export interface UploadOptions {
	readonly idempotencyKey: string;
	readonly signal: AbortSignal;
	/** 0…1 of the bytes that have left. */
	readonly onProgress: (fraction: number) => void;
}

/**
 * Sends the photos of a fit. `fetch` cannot say how much has been sent.
 *
 * @throws ProblemError
 * @throws DOMException `AbortError` when the signal is aborted
 */
export async function uploadFit(form: FormData, options: UploadOptions): Promise<FitAccepted> {
	const first = await send(form, options);
	const { status, body } = first.status === 401 && (await renewAccess()) !== null ? await send(form, options) : first;
	if (status === 202) return body as FitAccepted;
	throw toProblem(body, status);
}

function send(
	form: FormData,
	{ idempotencyKey, signal, onProgress }: UploadOptions,
): Promise<{ readonly status: number; readonly body: unknown }> {
	return new Promise((resolve, reject) => {
		signal.throwIfAborted();
		const request = new XMLHttpRequest();
		const abort = () => request.abort();
		request.open("POST", "/api/v1/fit");
		request.responseType = "json";
		request.setRequestHeader("idempotency-key", idempotencyKey);
		request.setRequestHeader("traceparent", newTraceparent());
		const token = accessToken();
		if (token !== null) request.setRequestHeader("authorization", `Bearer ${token}`);
		request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
		request.addEventListener("load", () => resolve({ status: request.status, body: request.response }));
		request.addEventListener("error", () => reject(offlineProblem()));
		request.addEventListener("abort", () => reject(new DOMException("The upload was cancelled.", "AbortError")));
		request.addEventListener("loadend", () => signal.removeEventListener("abort", abort));
		signal.addEventListener("abort", abort);
		request.send(form);
	});
}
