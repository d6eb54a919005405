/** Number of components of the accessor types that are written and read. */
export const COMPONENT_COUNTS: Readonly<Record<string, number>> = {
	SCALAR: 1,
	VEC2: 2,
	VEC3: 3,
	VEC4: 4,
	MAT2: 4,
	MAT3: 9,
	MAT4: 16,
};

/** glTF component types by number. */
export const COMPONENT_TYPE = {
	byte: 5120,
	unsignedByte: 5121,
	short: 5122,
	unsignedShort: 5123,
	unsignedInt: 5125,
	float: 5126,
} as const;

/** Buffer view targets: what a renderer binds the bytes to. */
export const BUFFER_TARGET = { vertices: 34962, indices: 34963 } as const;

/** Arrays that become accessors. */
export type AccessorArray = Float32Array | Uint32Array | Uint16Array | Uint8Array;

interface AccessorOptions {
	readonly target?: number;
	/** Adds `min` and `max`, which positions must have. */
	readonly bounds?: boolean;
}

/** Collects arrays into one buffer, one 4-byte aligned buffer view and one accessor each. */
export interface GltfBuffer {
	readonly accessors: object[];
	readonly bufferViews: object[];
	/** Adds an array and returns the index of its accessor. */
	add(array: AccessorArray, type: string, options?: AccessorOptions): number;
	/** The bytes so far. */
	finish(): Uint8Array;
}

/** Starts an empty buffer. */
export function createGltfBuffer(): GltfBuffer {
	const accessors: object[] = [];
	const bufferViews: object[] = [];
	const chunks: { offset: number; bytes: Uint8Array }[] = [];
	let length = 0;
	return {
		accessors,
		bufferViews,
		add(array, type, options = {}) {
			const width = COMPONENT_COUNTS[type];
			const elementBytes = width * array.BYTES_PER_ELEMENT;
			// Vertex attributes must start on 4-byte boundaries, so short elements are spread out.
			const isVertexData = options.target === BUFFER_TARGET.vertices;
			const stride = isVertexData ? Math.ceil(elementBytes / 4) * 4 : elementBytes;
			const bytes = littleEndianBytes(array, elementBytes, stride);
			const view = bufferViews.length;
			bufferViews.push({
				buffer: 0,
				byteOffset: length,
				byteLength: bytes.length,
				...(stride !== elementBytes && { byteStride: stride }),
				...(options.target !== undefined && { target: options.target }),
			});
			chunks.push({ offset: length, bytes });
			length = Math.ceil((length + bytes.length) / 4) * 4;
			accessors.push({
				bufferView: view,
				componentType: componentTypeOf(array),
				count: array.length / width,
				type,
				...(options.bounds && boundsOf(array, width)),
			});
			return accessors.length - 1;
		},
		finish() {
			const buffer = new Uint8Array(length);
			for (const { offset, bytes } of chunks) buffer.set(bytes, offset);
			return buffer;
		},
	};
}

function componentTypeOf(array: AccessorArray): number {
	if (array instanceof Float32Array) return COMPONENT_TYPE.float;
	if (array instanceof Uint32Array) return COMPONENT_TYPE.unsignedInt;
	return array instanceof Uint16Array ? COMPONENT_TYPE.unsignedShort : COMPONENT_TYPE.unsignedByte;
}

function boundsOf(array: AccessorArray, width: number): { min: number[]; max: number[] } {
	const min = new Array<number>(width).fill(Number.POSITIVE_INFINITY);
	const max = new Array<number>(width).fill(Number.NEGATIVE_INFINITY);
	for (let i = 0; i < array.length; i++) {
		const k = i % width;
		min[k] = Math.min(min[k], array[i]);
		max[k] = Math.max(max[k], array[i]);
	}
	return { min, max };
}

function littleEndianBytes(array: AccessorArray, elementBytes: number, stride: number): Uint8Array {
	const size = array.BYTES_PER_ELEMENT;
	const width = elementBytes / size;
	const bytes = new Uint8Array((array.length / width) * stride);
	const view = new DataView(bytes.buffer);
	const isFloat = array instanceof Float32Array;
	for (let i = 0; i < array.length; i++) {
		const offset = Math.floor(i / width) * stride + (i % width) * size;
		const value = array[i];
		if (isFloat) view.setFloat32(offset, value, true);
		else if (size === 4) view.setUint32(offset, value, true);
		else if (size === 2) view.setUint16(offset, value, true);
		else view.setUint8(offset, value);
	}
	return bytes;
}
