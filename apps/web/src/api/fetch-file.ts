import { apiFetch, problemOf } from "./client.js";

/**
 * Fetches a file with the access token.
 *
 * @param onProgress bytes so far and of all; null while that is not known, as while the server builds the file
 * @throws ProblemError
 */
export async function fetchFile(
	address: string,
	onProgress: (received: number, total: number | null) => void,
	signal?: AbortSignal,
): Promise<Blob> {
	const response = await apiFetch(address, signal ? { signal } : undefined);
	if (!response.ok) throw await problemOf(response);
	const type = response.headers.get("content-type") ?? "application/octet-stream";
	// With a content encoding the length is that of the compressed bytes.
	const length = Number(response.headers.get("content-length"));
	const total = length > 0 && response.headers.get("content-encoding") === null ? length : null;
	if (response.body === null) return response.blob();
	const chunks: BlobPart[] = [];
	let received = 0;
	const reader = response.body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return new Blob(chunks, { type });
		chunks.push(value);
		received += value.length;
		onProgress(received, total);
	}
}
