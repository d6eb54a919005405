/**
 * Source of the SIMD kernels: WebAssembly text, written by small functions because WebAssembly has no macros to unroll
 * loops with. `npm run kernels` assembles it into `src/generated/kernel-bytes.ts`.
 *
 * Every kernel does the same operations in the same order, in 64-bit floats, as its TypeScript reference (named at each
 * kernel), so that results are equal to the last bit. Addresses are byte offsets in the one imported memory; rows of
 * points and of sums may be read and written up to a block beyond their end, so their owners pad them.
 */

/** Vertices per step of the sums: 24 int16 are three vectors, and after 24 numbers X, Y, Z begin anew. */
export const BLOCK_VERTICES = 8;

/** Bytes per bone of the packed transforms: X and Y of the four columns, then Z of the four, padded to a power of two. */
export const TRANSFORM_BYTES = 128;

/** @param {number} count @param {(index: number) => string} part */
const repeat = (count, part) => Array.from({ length: count }, (_, index) => part(index)).join("\n");

/** Upper two of four int32, moved to where `convert_low` reads. @param {string} vector */
const upperHalf = (vector) => `(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${vector} ${vector})`;

/**
 * `out += Σ weight·shape` for 1 or 4 shapes of int16; reference: `addDense` and `addFour` in shape-sum.ts.
 *
 * @param {number} shapeCount parameters: out, weights (six float64 per shape: xy xy z xy xy z), block count, shapes
 */
function sumKernel(shapeCount) {
	const names = Array.from({ length: shapeCount }, (_, index) => `$shape${index}`);
	/** Pair `pair` of the four in vector `vector`, times its weights; they repeat after three pairs. */
	const product = (/** @type {number} */ shape, /** @type {number} */ vector, /** @type {number} */ pair) => {
		const half = pair < 2 ? "(local.get $low)" : "(local.get $high)";
		const pattern = (4 * vector + pair) % 3;
		return `(f64x2.mul
			(v128.load offset=${48 * shape + 16 * pattern} (local.get $weights))
			(f64x2.convert_low_i32x4_s ${pair % 2 === 0 ? half : upperHalf(half)}))`;
	};
	const vectorOfShape = (/** @type {number} */ vector, /** @type {number} */ shape) => `
		(local.set $values (v128.load offset=${16 * vector} (local.get ${names[shape]})))
		(local.set $low (i32x4.extend_low_i16x8_s (local.get $values)))
		(local.set $high (i32x4.extend_high_i16x8_s (local.get $values)))
		${repeat(4, (pair) => {
			const term = product(shape, vector, pair);
			const sum = shape === 0 ? term : `(f64x2.add (local.get $sum${pair}) ${term})`;
			return `(local.set $sum${pair} ${sum})`;
		})}`;
	return `
	(func (export "sum${shapeCount}") (param $out i32) (param $weights i32) (param $blocks i32)
		${names.map((name) => `(param ${name} i32)`).join(" ")}
		(local $values v128) (local $low v128) (local $high v128)
		(local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
		(loop $next
			${repeat(
				3,
				(vector) => `
			${repeat(shapeCount, (shape) => vectorOfShape(vector, shape))}
			${repeat(4, (pair) => {
				const at = `offset=${64 * vector + 16 * pair} (local.get $out)`;
				return `(v128.store ${at} (f64x2.add (v128.load ${at}) (local.get $sum${pair})))`;
			})}`,
			)}
			${names.map((name) => `(local.set ${name} (i32.add (local.get ${name}) (i32.const ${6 * BLOCK_VERTICES})))`).join("\n")}
			(local.set $out (i32.add (local.get $out) (i32.const ${24 * BLOCK_VERTICES})))
			(br_if $next (local.tee $blocks (i32.sub (local.get $blocks) (i32.const 1))))))`;
}

/**
 * `out += weight·shape` for one shape with runs, pairs of uint16 (first vertex, count ≥ 1); reference: `addSparse` in
 * shape-sum.ts.
 */
const SUM_RUNS_KERNEL = `
	(func (export "sumRuns") (param $out i32) (param $weightXy f64) (param $weightZ f64) (param $runs i32)
		(param $runsEnd i32) (param $values i32)
		(local $weights v128) (local $at i32) (local $end i32)
		(local.set $weights (f64x2.splat (local.get $weightXy)))
		(loop $nextRun
			(local.set $at (i32.add (local.get $out) (i32.mul (i32.load16_u (local.get $runs)) (i32.const 24))))
			(local.set $end (i32.add (local.get $at) (i32.mul (i32.load16_u offset=2 (local.get $runs)) (i32.const 24))))
			(loop $nextVertex
				(v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (f64x2.mul (local.get $weights)
					(f64x2.convert_low_i32x4_s (v128.load16x4_s (local.get $values))))))
				(f64.store offset=16 (local.get $at) (f64.add (f64.load offset=16 (local.get $at)) (f64.mul
					(local.get $weightZ) (f64.convert_i32_s (i32.load16_s offset=4 (local.get $values))))))
				(local.set $values (i32.add (local.get $values) (i32.const 6)))
				(br_if $nextVertex (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 24))) (local.get $end))))
			(br_if $nextRun (i32.lt_u (local.tee $runs (i32.add (local.get $runs) (i32.const 4))) (local.get $runsEnd)))))`;

/**
 * Linear blend skinning; reference: `skinLinear`. X and Y share a vector. Rows lie one behind the other, `counts` has
 * their lengths.
 */
const SKIN_KERNEL = `
	(func (export "skin") (param $out i32) (param $rest i32) (param $restEnd i32) (param $counts i32) (param $bones i32)
		(param $weights i32) (param $transforms i32)
		(local $x v128) (local $y v128) (local $z v128) (local $weight v128) (local $xy v128) (local $up f64)
		(local $entries i32) (local $bone i32)
		(loop $nextVertex
			(local.set $x (v128.load64_splat (local.get $rest)))
			(local.set $y (v128.load64_splat offset=8 (local.get $rest)))
			(local.set $z (v128.load64_splat offset=16 (local.get $rest)))
			(local.set $xy (v128.const i64x2 0 0))
			(local.set $up (f64.const 0))
			(local.set $entries (i32.load8_u (local.get $counts)))
			(loop $nextEntry
				(local.set $bone (i32.add (local.get $transforms)
					(i32.mul (i32.load8_u (local.get $bones)) (i32.const ${TRANSFORM_BYTES}))))
				(local.set $weight (v128.load64_splat (local.get $weights)))
				(local.set $xy (f64x2.add (local.get $xy) (f64x2.mul (local.get $weight)
					(f64x2.add (f64x2.add (f64x2.add
						(f64x2.mul (v128.load (local.get $bone)) (local.get $x))
						(f64x2.mul (v128.load offset=16 (local.get $bone)) (local.get $y)))
						(f64x2.mul (v128.load offset=32 (local.get $bone)) (local.get $z)))
						(v128.load offset=48 (local.get $bone))))))
				(local.set $up (f64.add (local.get $up) (f64.mul (f64x2.extract_lane 0 (local.get $weight))
					(f64.add (f64.add (f64.add
						(f64.mul (f64.load offset=64 (local.get $bone)) (f64x2.extract_lane 0 (local.get $x)))
						(f64.mul (f64.load offset=72 (local.get $bone)) (f64x2.extract_lane 0 (local.get $y))))
						(f64.mul (f64.load offset=80 (local.get $bone)) (f64x2.extract_lane 0 (local.get $z))))
						(f64.load offset=88 (local.get $bone))))))
				(local.set $bones (i32.add (local.get $bones) (i32.const 1)))
				(local.set $weights (i32.add (local.get $weights) (i32.const 8)))
				(br_if $nextEntry (local.tee $entries (i32.sub (local.get $entries) (i32.const 1)))))
			(v128.store (local.get $out) (local.get $xy))
			(f64.store offset=16 (local.get $out) (local.get $up))
			(local.set $out (i32.add (local.get $out) (i32.const 24)))
			(local.set $counts (i32.add (local.get $counts) (i32.const 1)))
			(br_if $nextVertex (i32.lt_u (local.tee $rest (i32.add (local.get $rest) (i32.const 24))) (local.get $restEnd)))))`;

/** Adds the triangle's area vector to one of its corners. @param {string} corner */
const addToCorner = (corner) => `
	(local.set ${corner} (i32.add (local.get $out) (i32.load offset=${{ $a: 0, $b: 4, $c: 8 }[corner]} (local.get $triangle))))
	(v128.store (local.get ${corner}) (f64x2.add (v128.load (local.get ${corner})) (local.get $normalXy)))
	(f64.store offset=16 (local.get ${corner}) (f64.add (f64.load offset=16 (local.get ${corner})) (local.get $normalZ)))`;

/** Squared length of the sum at `offset`. @param {number} offset */
const squaredLength = (offset) => `(f64.add (f64.add
	(f64.mul (f64.load offset=${offset} (local.get $out)) (f64.load offset=${offset} (local.get $out)))
	(f64.mul (f64.load offset=${offset + 8} (local.get $out)) (f64.load offset=${offset + 8} (local.get $out))))
	(f64.mul (f64.load offset=${offset + 16} (local.get $out)) (f64.load offset=${offset + 16} (local.get $out))))`;

/** Multiplies the sum at `offset` by one lane of `$scale`. @param {number} offset @param {number} lane */
const scaleSum = (offset, lane) => `
	(v128.store offset=${offset} (local.get $out) (f64x2.mul (v128.load offset=${offset} (local.get $out))
		(f64x2.splat (f64x2.extract_lane ${lane} (local.get $scale)))))
	(f64.store offset=${offset + 16} (local.get $out) (f64.mul (f64.load offset=${offset + 16} (local.get $out))
		(f64x2.extract_lane ${lane} (local.get $scale))))`;

/**
 * Unit vertex normals; reference: `computeVertexNormals` of the package mesh. Triangles are byte offsets of their
 * corners (24 × vertex). X and Y of the cross product share a vector: yz(u)·zx(v) − zx(u)·yz(v). Two vertices share a
 * square root and a division.
 */
const NORMALS_KERNEL = `
	(func (export "normals") (param $out i32) (param $outEnd i32) (param $points i32) (param $triangle i32)
		(param $triangleEnd i32)
		(local $a i32) (local $b i32) (local $c i32) (local $uXy v128) (local $uYz v128) (local $vXy v128) (local $vYz v128)
		(local $normalXy v128) (local $normalZ f64) (local $scale v128)
		(memory.fill (local.get $out) (i32.const 0) (i32.sub (local.get $outEnd) (local.get $out)))
		(loop $nextTriangle
			(local.set $a (i32.add (local.get $points) (i32.load (local.get $triangle))))
			(local.set $b (i32.add (local.get $points) (i32.load offset=4 (local.get $triangle))))
			(local.set $c (i32.add (local.get $points) (i32.load offset=8 (local.get $triangle))))
			(local.set $uXy (f64x2.sub (v128.load (local.get $b)) (v128.load (local.get $a))))
			(local.set $uYz (f64x2.sub (v128.load offset=8 (local.get $b)) (v128.load offset=8 (local.get $a))))
			(local.set $vXy (f64x2.sub (v128.load (local.get $c)) (v128.load (local.get $a))))
			(local.set $vYz (f64x2.sub (v128.load offset=8 (local.get $c)) (v128.load offset=8 (local.get $a))))
			(local.set $normalXy (f64x2.sub
				(f64x2.mul (local.get $uYz)
					(i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $vYz) (local.get $vXy)))
				(f64x2.mul
					(i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $uYz) (local.get $uXy))
					(local.get $vYz))))
			(local.set $normalZ (f64.sub
				(f64.mul (f64x2.extract_lane 0 (local.get $uXy)) (f64x2.extract_lane 0 (local.get $vYz)))
				(f64.mul (f64x2.extract_lane 0 (local.get $uYz)) (f64x2.extract_lane 0 (local.get $vXy)))))
			${addToCorner("$a")}
			${addToCorner("$b")}
			${addToCorner("$c")}
			(br_if $nextTriangle (i32.lt_u (local.tee $triangle (i32.add (local.get $triangle) (i32.const 12)))
				(local.get $triangleEnd))))
		(loop $nextPair
			(local.set $scale (f64x2.sqrt (f64x2.replace_lane 1 (f64x2.splat ${squaredLength(0)}) ${squaredLength(24)})))
			(local.set $scale (v128.and (f64x2.gt (local.get $scale) (v128.const f64x2 0 0))
				(f64x2.div (v128.const f64x2 1 1) (local.get $scale))))
			${scaleSum(0, 0)}
			${scaleSum(24, 1)}
			(br_if $nextPair (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 48))) (local.get $outEnd)))))`;

/** The module as WebAssembly text. */
export function kernelText() {
	return `(module
	(import "kernel" "memory" (memory 1))
	${sumKernel(1)}
	${sumKernel(4)}
	${SUM_RUNS_KERNEL}
	${SKIN_KERNEL}
	${NORMALS_KERNEL})`;
}
