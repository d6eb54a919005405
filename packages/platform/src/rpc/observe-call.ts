import type { StreamResponse, UnaryResponse } from "@connectrpc/connect";

/** Runs a call; a stream counts as one call until it ends, fails or is left by its reader. */
export async function observeCall(
	call: () => Promise<UnaryResponse | StreamResponse>,
	onError: (error: unknown) => never,
	onDone: () => void = () => undefined,
): Promise<UnaryResponse | StreamResponse> {
	try {
		const response = await call();
		if (response.stream) return { ...response, message: observeStream(response.message, onError, onDone) };
		onDone();
		return response;
	} catch (error) {
		return onError(error);
	}
}

async function* observeStream<T>(
	messages: AsyncIterable<T>,
	onError: (error: unknown) => never,
	onDone: () => void,
): AsyncIterable<T> {
	let hasFailed = false;
	try {
		yield* messages;
	} catch (error) {
		hasFailed = true;
		onError(error);
	} finally {
		if (!hasFailed) onDone();
	}
}
