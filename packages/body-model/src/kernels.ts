/** SIMD kernels in WebAssembly: blend shapes, linear blend skinning, vertex normals. Source: kernels/kernels.mjs. */
import { KERNEL_BASE64 } from "./generated/kernel-bytes.js";

/** Compiled kernels: code without state, for any number of body models, also in other threads. */
export interface Kernels {
	/** A WebAssembly.Module. @internal */
	readonly module: object;
}

/** This engine cannot run the kernels: no WebAssembly, no SIMD, or a content policy without `wasm-unsafe-eval`. */
export class KernelsUnavailableError extends Error {
	override readonly name = "KernelsUnavailableError";
}

/** The exported functions. Arguments are byte addresses and counts; see kernels/kernels.mjs. @internal */
export interface KernelFunctions {
	sum1(out: number, weights: number, blocks: number, shape: number): void;
	sum4(out: number, weights: number, blocks: number, a: number, b: number, c: number, d: number): void;
	sumRuns(out: number, weightXy: number, weightZ: number, runs: number, runsEnd: number, values: number): void;
	skin(
		out: number,
		rest: number,
		restEnd: number,
		counts: number,
		bones: number,
		weights: number,
		transforms: number,
	): void;
	normals(out: number, outEnd: number, points: number, triangles: number, trianglesEnd: number): void;
}

/** Kernels with a memory of their own. @internal */
export interface KernelInstance {
	readonly functions: KernelFunctions;
	readonly buffer: ArrayBuffer;
}

/** What is used of WebAssembly: numeric packages compile without the types of any platform. */
interface WebAssemblyInterface {
	readonly Module: new (bytes: Uint8Array) => object;
	readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
	readonly Instance: new (module: object, imports: object) => { readonly exports: object };
	compile(bytes: Uint8Array): Promise<object>;
}

const PAGE_BYTES = 65536;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Compiles the kernels, in about 1 ms.
 *
 * @throws KernelsUnavailableError when this engine cannot run them
 */
export function createKernels(): Kernels {
	try {
		return { module: new (webAssembly().Module)(kernelBytes()) };
	} catch (cause) {
		throw new KernelsUnavailableError("This engine cannot run the SIMD kernels", { cause });
	}
}

/**
 * {@link createKernels} without blocking the thread.
 *
 * @throws KernelsUnavailableError when this engine cannot run them
 */
export async function compileKernels(): Promise<Kernels> {
	try {
		return { module: await webAssembly().compile(kernelBytes()) };
	} catch (cause) {
		throw new KernelsUnavailableError("This engine cannot run the SIMD kernels", { cause });
	}
}

/**
 * Kernels where this engine can run them, else null: the choice of a loader, as results are the same. The module has less
 * than 4 kB, which every browser compiles on its main thread too.
 */
export function availableKernels(): Kernels | null {
	try {
		return createKernels();
	} catch {
		return null;
	}
}

/** Kernels on a zeroed memory of at least so many bytes; its size never changes, so views stay valid. @internal */
export function instantiateKernels(kernels: Kernels, bytes: number): KernelInstance {
	const { Memory, Instance } = webAssembly();
	const memory = new Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
	const { exports } = new Instance(kernels.module, { kernel: { memory } });
	return { functions: exports as KernelFunctions, buffer: memory.buffer };
}

function webAssembly(): WebAssemblyInterface {
	const found = (globalThis as { readonly WebAssembly?: WebAssemblyInterface }).WebAssembly;
	if (found === undefined) {
		throw new KernelsUnavailableError("This engine has no WebAssembly");
	}
	return found;
}

function kernelBytes(): Uint8Array {
	const text = KERNEL_BASE64.replace(/=+$/, "");
	const bytes = new Uint8Array((text.length * 3) >> 2);
	let pending = 0;
	for (let at = 0, bits = 0, next = 0; at < text.length; at++) {
		pending = ((pending << 6) | BASE64.indexOf(text[at])) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[next++] = pending >> bits;
		}
	}
	return bytes;
}
