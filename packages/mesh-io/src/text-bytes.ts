/**
 * UTF-8 without `TextEncoder`, which the language itself does not provide: this package runs where neither Node nor
 * the DOM is.
 */

/** Encodes a string as UTF-8. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
	const out = new Uint8Array(text.length * 3);
	let n = 0;
	for (let i = 0; i < text.length; i++) {
		let code = text.codePointAt(i)!;
		if (code > 0xffff) i++;
		else if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
		if (code < 0x80) out[n++] = code;
		else {
			if (code < 0x800) out[n++] = 0xc0 | (code >> 6);
			else {
				if (code < 0x10000) out[n++] = 0xe0 | (code >> 12);
				else {
					out[n++] = 0xf0 | (code >> 18);
					out[n++] = 0x80 | ((code >> 12) & 63);
				}
				out[n++] = 0x80 | ((code >> 6) & 63);
			}
			out[n++] = 0x80 | (code & 63);
		}
	}
	return out.slice(0, n);
}

/** Decodes UTF-8. Bytes that are not UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
	const parts: string[] = [];
	let codes: number[] = [];
	for (let i = 0; i < bytes.length; ) {
		const lead = bytes[i++];
		const length =
			lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
		let code = length === 0 ? lead : length === 1 ? lead & 31 : length === 2 ? lead & 15 : lead & 7;
		if (length < 0 || (lead >= 0x80 && lead < 0xc2)) code = 0xfffd;
		else {
			for (let k = 0; k < length; k++) {
				if (i >= bytes.length || (bytes[i] & 0xc0) !== 0x80) {
					code = 0xfffd;
					break;
				}
				code = (code << 6) | (bytes[i++] & 63);
			}
			if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
		}
		codes.push(code);
		if (codes.length === 4096) {
			parts.push(String.fromCodePoint(...codes));
			codes = [];
		}
	}
	parts.push(String.fromCodePoint(...codes));
	return parts.join("");
}

/** Decodes one byte per character (Latin-1), the right reading for the ASCII headers and numbers of mesh files. */
export function decodeLatin1(bytes: Uint8Array): string {
	const parts: string[] = [];
	for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
	return parts.join("");
}

/** A number with nine significant digits and no exponent, as short as that allows. */
export function formatDecimal(value: number): string {
	const text = value.toPrecision(9);
	if (text.includes("e")) return Math.abs(value) < 1 ? value.toFixed(17).replace(/0+$/, "0") : String(value);
	return text;
}
