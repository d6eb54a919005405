import { COMPONENT_COUNTS, COMPONENT_TYPE } from "./gltf-buffer.js";

/** The part of a glTF document that readers of meshes look at. Nothing of it is trusted. */
export interface GltfDocument {
	readonly scene?: number;
	readonly scenes?: readonly { readonly nodes?: readonly number[] }[];
	readonly nodes?: readonly GltfNode[];
	readonly meshes?: readonly { readonly primitives?: readonly GltfPrimitive[] }[];
	readonly accessors?: readonly GltfAccessor[];
	readonly bufferViews?: readonly { buffer?: number; byteOffset?: number; byteLength?: number; byteStride?: number }[];
	readonly buffers?: readonly { uri?: string; byteLength?: number }[];
	readonly extensionsRequired?: readonly string[];
}

/** A node of the scene. */
export interface GltfNode {
	readonly name?: string;
	readonly children?: readonly number[];
	readonly mesh?: number;
	readonly skin?: number;
	readonly matrix?: readonly number[];
	readonly translation?: readonly number[];
	readonly rotation?: readonly number[];
	readonly scale?: readonly number[];
}

/** A part of a mesh. */
export interface GltfPrimitive {
	readonly attributes?: Readonly<Record<string, number>>;
	readonly indices?: number;
	readonly mode?: number;
	readonly extensions?: Readonly<Record<string, unknown>>;
}

interface GltfAccessor {
	readonly bufferView?: number;
	readonly byteOffset?: number;
	readonly componentType?: number;
	readonly normalized?: boolean;
	readonly count?: number;
	readonly type?: string;
	readonly sparse?: unknown;
}

const COMPONENTS: Readonly<
	Record<number, { bytes: number; scale: number; read: (view: DataView, offset: number) => number }>
> = {
	[COMPONENT_TYPE.byte]: { bytes: 1, scale: 127, read: (v, o) => v.getInt8(o) },
	[COMPONENT_TYPE.unsignedByte]: { bytes: 1, scale: 255, read: (v, o) => v.getUint8(o) },
	[COMPONENT_TYPE.short]: { bytes: 2, scale: 32767, read: (v, o) => v.getInt16(o, true) },
	[COMPONENT_TYPE.unsignedShort]: { bytes: 2, scale: 65535, read: (v, o) => v.getUint16(o, true) },
	[COMPONENT_TYPE.unsignedInt]: { bytes: 4, scale: 4294967295, read: (v, o) => v.getUint32(o, true) },
	[COMPONENT_TYPE.float]: { bytes: 4, scale: 1, read: (v, o) => v.getFloat32(o, true) },
};

/**
 * Reads an accessor into doubles; normalised integers become −1..1 or 0..1.
 *
 * @param type Accessor type that is expected, e.g. `VEC3`.
 * @throws RangeError when the accessor is missing, of another type, sparse, or reaches outside of the buffer.
 */
export function readAccessor(document: GltfDocument, binary: Uint8Array, index: number, type: string): Float64Array {
	const what = `GLB accessor ${index}`;
	const accessor = document.accessors?.[index];
	if (!accessor) throw new RangeError(`${what} does not exist.`);
	if (accessor.type !== type) throw new RangeError(`${what} has type ${accessor.type}, not ${type}.`);
	if (accessor.sparse !== undefined) throw new RangeError(`${what} is sparse, which is not supported.`);
	const component = COMPONENTS[accessor.componentType ?? 0];
	if (!component) throw new RangeError(`${what} has the unknown component type ${accessor.componentType}.`);
	const count = accessor.count ?? 0;
	const width = COMPONENT_COUNTS[type];
	if (!(Number.isInteger(count) && count >= 0)) throw new RangeError(`${what} has the count ${count}.`);
	const view = document.bufferViews?.[accessor.bufferView ?? -1];
	if (!view) throw new RangeError(`${what} has no buffer view.`);
	if ((view.buffer ?? 0) !== 0 || document.buffers?.[0]?.uri !== undefined) {
		throw new RangeError(`${what} lies in an external buffer; only the buffer inside the GLB file is read.`);
	}
	const start = (view.byteOffset ?? 0) + (accessor.byteOffset ?? 0);
	const stride = view.byteStride ?? width * component.bytes;
	const end = count === 0 ? start : start + (count - 1) * stride + width * component.bytes;
	if (!(start >= 0 && stride >= 0 && end <= (view.byteOffset ?? 0) + (view.byteLength ?? 0) && end <= binary.length)) {
		throw new RangeError(`${what} reaches to byte ${end}, past its buffer of ${binary.length} bytes.`);
	}
	const data = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
	const out = new Float64Array(count * width);
	const scale = accessor.normalized ? component.scale : 1;
	for (let i = 0; i < out.length; i++) {
		const offset = start + Math.floor(i / width) * stride + (i % width) * component.bytes;
		out[i] = component.read(data, offset) / scale;
	}
	return out;
}
