/**
 * Read access to a FlatBuffers buffer: tables, vectors and scalars by field index.
 *
 * Positions are byte offsets from the start of the buffer; 0 stands for "field absent". Reading past the end throws a
 * `RangeError` (from `DataView`), so a truncated buffer cannot yield made-up values.
 */
export class FlatBuffer {
	readonly bytes: Uint8Array;
	readonly #view: DataView;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	/** Position of the root table. */
	root(): number {
		return this.#follow(0);
	}

	/** Signed 8-bit field, or `fallback` when absent. */
	int8(table: number, field: number, fallback = 0): number {
		const at = this.#field(table, field);
		return at === 0 ? fallback : this.#view.getInt8(at);
	}

	/** Unsigned 8-bit field, or 0 when absent. */
	uint8(table: number, field: number): number {
		const at = this.#field(table, field);
		return at === 0 ? 0 : this.#view.getUint8(at);
	}

	/** Signed 32-bit field, or `fallback` when absent. */
	int32(table: number, field: number, fallback = 0): number {
		const at = this.#field(table, field);
		return at === 0 ? fallback : this.#view.getInt32(at, true);
	}

	/** Position of a nested table, or 0 when absent. */
	table(table: number, field: number): number {
		const at = this.#field(table, field);
		return at === 0 ? 0 : this.#follow(at);
	}

	/** Positions of the tables in a vector of tables; empty when absent. */
	tables(table: number, field: number): number[] {
		const [start, length] = this.#vector(table, field);
		return Array.from({ length }, (_, i) => this.#follow(start + 4 * i));
	}

	/** Vector of signed 32-bit integers; empty when absent. */
	int32s(table: number, field: number): number[] {
		const [start, length] = this.#vector(table, field);
		return Array.from({ length }, (_, i) => this.#view.getInt32(start + 4 * i, true));
	}

	/** Vector of unsigned integers of `width` bytes; empty when absent. */
	uints(table: number, field: number, width: 1 | 2): number[] {
		const [start, length] = this.#vector(table, field);
		return Array.from({ length }, (_, i) =>
			width === 1 ? this.#view.getUint8(start + i) : this.#view.getUint16(start + 2 * i, true),
		);
	}

	/** Vector of bytes as a view (no copy), or `null` when absent or empty. */
	byteVector(table: number, field: number): Uint8Array | null {
		const [start, length] = this.#vector(table, field);
		if (length === 0) return null;
		if (start + length > this.bytes.length) throw new RangeError("byte vector reaches past the end of the buffer");
		return this.bytes.subarray(start, start + length);
	}

	/** Text field (ASCII; other bytes become `?`), or "" when absent. */
	text(table: number, field: number): string {
		let text = "";
		for (const byte of this.byteVector(table, field) ?? []) text += byte < 128 ? String.fromCharCode(byte) : "?";
		return text;
	}

	#follow(at: number): number {
		return at + this.#view.getUint32(at, true);
	}

	#field(table: number, index: number): number {
		const vtable = table - this.#view.getInt32(table, true);
		const entry = 4 + 2 * index;
		if (entry >= this.#view.getUint16(vtable, true)) return 0;
		const offset = this.#view.getUint16(vtable + entry, true);
		return offset === 0 ? 0 : table + offset;
	}

	#vector(table: number, field: number): [start: number, length: number] {
		const at = this.#field(table, field);
		if (at === 0) return [0, 0];
		const vector = this.#follow(at);
		const length = this.#view.getUint32(vector, true);
		// A damaged length would otherwise ask for gigabytes before the first out-of-range read.
		if (length > this.bytes.length) throw new RangeError("vector is longer than the buffer");
		return [vector + 4, length];
	}
}
