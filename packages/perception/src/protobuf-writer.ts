/**
 * Writer of the protocol-buffers wire format, enough for ONNX files.
 *
 * Nested messages and byte fields are kept by reference until `finish`, so megabytes of weights are copied once.
 */
export class ProtobufWriter {
	readonly #chunks: Uint8Array[] = [];
	#length = 0;

	/** Number of bytes written so far. */
	get length(): number {
		return this.#length;
	}

	/** Varint field. @throws RangeError unless `value` is a non-negative safe integer. */
	uint(field: number, value: number): this {
		this.#append(varints([field * 8, value]));
		return this;
	}

	/** 32-bit floating-point field. */
	float(field: number, value: number): this {
		this.#append(varints([field * 8 + 5]));
		const bytes = new Uint8Array(4);
		new DataView(bytes.buffer).setFloat32(0, value, true);
		this.#append(bytes);
		return this;
	}

	/** Bytes field; `value` must not change before `finish`. */
	bytes(field: number, value: Uint8Array): this {
		this.#append(varints([field * 8 + 2, value.length]));
		this.#append(value);
		return this;
	}

	/** String field. @throws RangeError unless `value` is ASCII. */
	text(field: number, value: string): this {
		const bytes = new Uint8Array(value.length);
		for (let i = 0; i < value.length; i++) {
			const code = value.charCodeAt(i);
			if (code > 127) throw new RangeError("only ASCII text is written");
			bytes[i] = code;
		}
		return this.bytes(field, bytes);
	}

	/** Packed repeated varint field. */
	uints(field: number, values: readonly number[]): this {
		return this.bytes(field, varints(values));
	}

	/** Nested message field; `message` must not be written to afterwards. */
	message(field: number, message: ProtobufWriter): this {
		this.#append(varints([field * 8 + 2, message.#length]));
		for (const chunk of message.#chunks) this.#append(chunk);
		return this;
	}

	/** All bytes, as a new array. */
	finish(): Uint8Array {
		const out = new Uint8Array(this.#length);
		let at = 0;
		for (const chunk of this.#chunks) {
			out.set(chunk, at);
			at += chunk.length;
		}
		return out;
	}

	#append(chunk: Uint8Array): void {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
	}
}

function varints(values: readonly number[]): Uint8Array {
	const bytes: number[] = [];
	for (const value of values) {
		if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`cannot write ${value} as a varint`);
		let rest = value;
		while (rest > 127) {
			bytes.push((rest % 128) + 128);
			rest = Math.floor(rest / 128);
		}
		bytes.push(rest);
	}
	return Uint8Array.from(bytes);
}
