/** Decimal numbers read straight from bytes: a hundred megabytes of target files would be slow as strings. */

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LOWER_E = 101;
const UPPER_E = 69;

/**
 * Reads every line of `columns` numbers; empty lines and lines that begin with `#` are skipped.
 *
 * Numbers with up to 15 digits and no exponent come out correctly rounded (integer over power of ten).
 *
 * @returns row-major [rows × columns], or null when a line has another form
 */
export function readNumberRows(bytes: Uint8Array, columns: number): Float64Array | null {
	let out = new Float64Array(1024 * columns);
	let count = 0;
	let at = 0;
	const end = bytes.length;
	while (at < end) {
		at = skipBlank(bytes, at);
		if (at >= end) {
			break;
		}
		const first = bytes[at];
		if (first === NEWLINE || first === RETURN) {
			at++;
			continue;
		}
		if (first === HASH) {
			while (at < end && bytes[at] !== NEWLINE) {
				at++;
			}
			continue;
		}
		if (count + columns > out.length) {
			const larger = new Float64Array(out.length * 2);
			larger.set(out);
			out = larger;
		}
		for (let column = 0; column < columns; column++) {
			at = skipBlank(bytes, at);
			const start = at;
			while (at < end && bytes[at] > SPACE) {
				at++;
			}
			const value = parseNumber(bytes, start, at);
			if (Number.isNaN(value)) {
				return null;
			}
			out[count++] = value;
		}
		at = skipBlank(bytes, at);
		if (at < end && bytes[at] !== NEWLINE && bytes[at] !== RETURN) {
			return null;
		}
	}
	return out.slice(0, count);
}

function skipBlank(bytes: Uint8Array, from: number): number {
	let at = from;
	while (at < bytes.length && (bytes[at] === SPACE || bytes[at] === TAB)) {
		at++;
	}
	return at;
}

/** Value of the token in `[start, end)`, NaN when it is not a number. */
function parseNumber(bytes: Uint8Array, start: number, end: number): number {
	let at = start;
	let negative = false;
	if (bytes[at] === MINUS || bytes[at] === PLUS) {
		negative = bytes[at] === MINUS;
		at++;
	}
	let mantissa = 0;
	let digits = 0;
	let decimals = -1;
	for (; at < end; at++) {
		const byte = bytes[at];
		const digit = byte - ZERO;
		if (digit >= 0 && digit <= 9) {
			mantissa = mantissa * 10 + digit;
			digits++;
			if (decimals >= 0) {
				decimals++;
			}
		} else if (byte === POINT && decimals < 0) {
			decimals = 0;
		} else {
			break;
		}
	}
	if (digits === 0) {
		return Number.NaN;
	}
	if (digits > 15 || (at < end && (bytes[at] === LOWER_E || bytes[at] === UPPER_E))) {
		return Number(asciiText(bytes.subarray(start, end)));
	}
	if (at < end) {
		return Number.NaN;
	}
	const value = decimals > 0 ? mantissa / POWERS_OF_TEN[decimals] : mantissa;
	return negative ? -value : value;
}

/** Text of bytes that are ASCII. */
export function asciiText(bytes: Uint8Array): string {
	let text = "";
	for (let start = 0; start < bytes.length; start += 4096) {
		text += String.fromCharCode(...bytes.subarray(start, start + 4096));
	}
	return text;
}
