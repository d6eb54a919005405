/** A seeded stream of random numbers: the same seed gives the same numbers on every machine. */
export interface RandomStream {
	/** Uniform in [0, 1). */
	uniform(): number;
	/** Standard normal. */
	normal(): number;
}

/**
 * xoshiro128** (Blackman & Vigna 2018), seeded through splitmix32.
 *
 * @param seed any integer
 */
export function createRandom(seed: number): RandomStream {
	let mix = seed >>> 0;
	const next32 = (): number => {
		mix = (mix + 0x9e3779b9) >>> 0;
		let z = mix;
		z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
		z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
		return (z ^ (z >>> 16)) >>> 0;
	};
	let a = next32();
	let b = next32();
	let c = next32();
	let d = next32();
	const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;
	const uniform = (): number => {
		const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
		const t = (b << 9) >>> 0;
		c ^= a;
		d ^= b;
		b ^= c;
		a ^= d;
		c ^= t;
		d = rotate(d >>> 0, 11);
		return result / 2 ** 32;
	};
	return {
		uniform,
		normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
	};
}
