/**
 * Reads an answer whose size is known.
 *
 * @param size_bytes of the body, unpacked
 * @param onProgress 0…1
 * @throws Error when the body has another size
 */
export async function readWithProgress(
	response: Response,
	size_bytes: number,
	onProgress: (fraction: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
	const out = new Uint8Array(size_bytes);
	const reader = response.body?.getReader();
	let length = 0;
	for (;;) {
		const part = await reader?.read();
		if (part === undefined || part.done) break;
		if (length + part.value.length > size_bytes) {
			await reader?.cancel();
			throw sizeError(size_bytes);
		}
		out.set(part.value, length);
		length += part.value.length;
		onProgress(length / size_bytes);
	}
	if (length !== size_bytes) throw sizeError(size_bytes);
	return out;
}

function sizeError(size_bytes: number): Error {
	return new Error(`The body model arrived incomplete: it should have ${size_bytes} bytes. Reload the page.`);
}
