import {
	ALL_PHENOTYPE_LABELS,
	annyAgeFromYears,
	BodyModelSourceError,
	OFFICIAL_FILES,
	phenotypeRange,
	readNpmSource,
	readOfficialSource,
	SHAPE_FILES,
	yearsFromAnnyAge,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import { multiplyAffine, multiplyByRigidInverse } from "../src/affine.js";
import { readContainer, writeContainer } from "../src/asset-container.js";
import { writeBoneRestPose } from "../src/bone-rest-pose.js";
import { COMPONENT_COUNT, COMPONENT_NAMES, evaluateComponents } from "../src/phenotypes.js";
import { createPredictors, decodeShape, encodeShape } from "../src/shape-codec.js";
import { MACRO_FILE_COUNT, MACRO_SHAPES } from "../src/shape-list.js";
import { skinDualQuaternion } from "../src/skin-dual-quaternion.js";
import { skinLinear } from "../src/skin-linear.js";
import { readNumberRows } from "../src/text-numbers.js";
import { between, maxDifference } from "./reference-data.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("numbers from bytes", () => {
	test("reads rows, skips comments and empty lines, rounds like the language does", () => {
		const rows = readNumberRows(
			bytes("# head\n1 -.002 .036\n\n  2\t+0.1 -7.3299  \r\n3 1e-3 123456789.123456789\n"),
			3,
		);
		expect([...(rows ?? [])]).toEqual([1, -0.002, 0.036, 2, 0.1, -7.3299, 3, 0.001, 123456789.12345679]);
	});

	test("works without a final newline and beyond its first buffer", () => {
		const lines = Array.from({ length: 5000 }, (_, row) => `${row} ${row / 1000}`).join("\n");
		const rows = readNumberRows(bytes(lines), 2);
		expect(rows?.length).toBe(10000);
		expect(rows?.[9999]).toBe(4.999);
	});

	test.each(["1 2\n", "1 2 3 4\n", "1 x 3\n", "1 2 3a\n", "1 2.3.4 5\n", "1 - 2\n"])("refuses %j", (text) => {
		expect(readNumberRows(bytes(text), 3)).toBeNull();
	});
});

describe("shape packing", () => {
	// A 20 × 20 grid of quads in scan order.
	const side = 20;
	const quads: number[] = [];
	for (let row = 0; row + 1 < side; row++) {
		for (let column = 0; column + 1 < side; column++) {
			const at = row * side + column;
			quads.push(at, at + 1, at + side + 1, at + side);
		}
	}
	const count = side * side;
	const predictors = createPredictors(Uint16Array.from(quads), count);

	function roundTrip(runs: Uint16Array, values: Int32Array): { packed: Uint8Array; out: Int32Array } {
		const packed = encodeShape(runs, values, predictors);
		const out = new Int32Array(values.length);
		// An offset and bytes behind the shape, as in the asset's stream.
		const stream = new Uint8Array(packed.length + 40).fill(0xff);
		stream.set(packed, 17);
		decodeShape(out, stream, 17, runs, predictors, new Int32Array(count + 8));
		return { packed, out };
	}

	test.each([1, 2, 3, 4, 5])("is lossless for random values and runs (seed %i)", (seed) => {
		const random = createRandom(seed);
		const values = new Int32Array(3 * (count + 1));
		const runs: number[] = [];
		let vertex = Math.floor(between(random, 0, 5));
		while (vertex < count) {
			const length = Math.min(1 + Math.floor(between(random, 0, 40)), count - vertex);
			runs.push(vertex, length);
			for (let at = vertex; at < vertex + length; at++) {
				const largest = 2 ** Math.floor(between(random, 0, 16)) - 1;
				for (let plane = 0; plane < 3; plane++) {
					values[plane * (count + 1) + at] = Math.round(between(random, -largest, largest));
				}
			}
			vertex += length + 1 + Math.floor(between(random, 0, 20));
		}
		expect(roundTrip(Uint16Array.from(runs), values).out).toEqual(values);
	});

	test("extreme values and an empty shape", () => {
		const values = new Int32Array(3 * (count + 1));
		for (let vertex = 0; vertex < count; vertex++) {
			values[vertex] = vertex % 2 === 0 ? 32767 : -32767;
		}
		expect(roundTrip(Uint16Array.of(0, count), values).out).toEqual(values);
		expect(roundTrip(new Uint16Array(0), new Int32Array(3 * (count + 1))).packed.length).toBe(0);
	});

	test("a smooth field takes far less than two bytes a number", () => {
		const values = new Int32Array(3 * (count + 1));
		for (let vertex = 0; vertex < count; vertex++) {
			values[vertex] = Math.round(300 * Math.sin(vertex / side / 4) + 200 * Math.cos((vertex % side) / 3));
		}
		expect(roundTrip(Uint16Array.of(0, count), values).packed.length).toBeLessThan(0.5 * 2 * count);
	});
});

test("container keeps types, values and meta", () => {
	const packed = writeContainer(
		{ name: "x" },
		{ a: Float64Array.of(1, 2.5), b: Uint8Array.of(7), c: Int16Array.of(-3, 4, 5) },
	);
	const { meta, array } = readContainer<{ name: string }>(packed);
	expect(meta).toEqual({ name: "x" });
	expect(array("a", "f64")).toEqual(Float64Array.of(1, 2.5));
	expect(array("c", "i16")).toEqual(Int16Array.of(-3, 4, 5));
	expect(() => array("a", "u8")).toThrow(/no array "a"/);
	expect(() => readContainer(packed.subarray(0, 40))).toThrow(/truncated/);
});

describe("phenotypes", () => {
	const weightsAt = (label: string, value: number, extrapolate = false) => {
		const phenotypes = new Float64Array(11).fill(0.5);
		phenotypes[(ALL_PHENOTYPE_LABELS as readonly string[]).indexOf(label)] = value;
		const weights = new Float64Array(COMPONENT_COUNT);
		evaluateComponents(weights, null, phenotypes, extrapolate);
		return Object.fromEntries(COMPONENT_NAMES.map((name, index) => [name, weights[index]]));
	};

	test("anchors: male 0, female 1; newborn −1/3, baby 0, old 1; three weights", () => {
		expect(weightsAt("gender", 0)).toMatchObject({ male: 1, female: 0 });
		expect(weightsAt("gender", 0.25)).toMatchObject({ male: 0.75, female: 0.25 });
		for (const [name, age] of [
			["newborn", -1 / 3],
			["baby", 0],
			["child", 1 / 3],
			["young", 2 / 3],
			["old", 1],
		] as const) {
			expect(weightsAt("age", age)[name]).toBeCloseTo(1, 12);
		}
		expect(weightsAt("weight", 0.75)).toMatchObject({ minweight: 0, averageweight: 0.5, maxweight: 0.5 });
		expect(phenotypeRange("age")).toEqual([-1 / 3, 1]);
		expect(phenotypeRange("african")).toEqual([0, 1]);
	});

	test("outside the range: clamped, or the last segment goes on", () => {
		expect(weightsAt("muscle", 1.25)).toMatchObject({ averagemuscle: 0, maxmuscle: 1 });
		expect(weightsAt("muscle", 1.25, true)).toMatchObject({ averagemuscle: -0.5, maxmuscle: 1.5 });
		expect(weightsAt("muscle", -0.25, true)).toMatchObject({ minmuscle: 1.5, averagemuscle: -0.5 });
	});

	test("the shape list has 624 macro shapes over 564 files and 512 local files", () => {
		expect(MACRO_SHAPES.length).toBe(624);
		expect(MACRO_FILE_COUNT).toBe(564);
		expect(SHAPE_FILES.length).toBe(564 + 512);
		expect(new Set(SHAPE_FILES).size).toBe(SHAPE_FILES.length);
	});
});

test("age and years are inverse to each other, extended at both ends", () => {
	for (const [years, age] of [
		[0, 0],
		[1, 0.05],
		[11, 0.415],
		[18, 0.77],
		[41, 0.8],
		[110, 1],
	]) {
		expect(annyAgeFromYears(years)).toBeCloseTo(age, 12);
		expect(yearsFromAnnyAge(age)).toBeCloseTo(years, 9);
	}
	expect(annyAgeFromYears(-0.5)).toBeCloseTo(-0.025, 12);
	expect(yearsFromAnnyAge(1.01)).toBeGreaterThan(110);
});

describe("bone rest pose", () => {
	const pose = (direction: readonly [number, number, number], roll: number) => {
		const out = new Float64Array(12);
		writeBoneRestPose(
			out,
			0,
			Float64Array.of(1, 2, 3),
			Float64Array.of(1 + direction[0], 2 + direction[1], 3 + direction[2]),
			0,
			roll,
		);
		return out;
	};

	test.each([
		[[0.3, 0.2, -0.5], 0.4],
		[[-1, -2, 0.1], -2],
		[[1e-9, 0.1, 1e-9], 1],
	] as const)("is a rotation that takes +Y along %j", (direction, roll) => {
		const m = pose(direction, roll);
		const length = Math.hypot(...direction);
		expect(
			maxDifference(
				[m[1], m[5], m[9]],
				direction.map((value) => value / length),
			),
		).toBeLessThan(1e-12);
		expect([m[3], m[7], m[11]]).toEqual([1, 2, 3]);
		const product = new Float64Array(12);
		multiplyByRigidInverse(product, 0, m, 0, m, 0);
		expect(maxDifference(product, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])).toBeLessThan(1e-12);
	});

	test("the roll turns about Y before the bone is aimed", () => {
		const product = new Float64Array(12);
		const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
		multiplyAffine(product, 0, pose([0.1, 0.4, 0.2], 0), 0, Float64Array.of(c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0), 0);
		expect(maxDifference(product, pose([0.1, 0.4, 0.2], 0.7))).toBeLessThan(1e-12);
	});

	test("directions along ±Y and without length get diag(1, −1, −1)", () => {
		for (const direction of [
			[0, 1, 0],
			[0, -1, 0],
			[0, 0, 0],
		] as const) {
			const m = pose(direction, 0);
			expect([m[0], m[5], m[10]]).toEqual([1, -1, -1]);
		}
	});
});

describe("skinning", () => {
	// Two bones: the second turned by 90° about Z around the point (0, 1, 0).
	const transforms = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, -1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0);
	const offsets = Uint32Array.of(0, 1, 2, 4);
	const bones = Uint8Array.of(0, 1, 0, 1);
	const weights = Float64Array.of(1, 1, 0.5, 0.5);
	const rest = Float64Array.of(0, 2, 0, 0, 2, 0, 0, 2, 0.5);

	test("rigid vertices follow their bone; blended ones differ by method", () => {
		const linear = new Float64Array(9);
		skinLinear(linear, rest, transforms, offsets, bones, weights);
		expect(maxDifference(linear, [0, 2, 0, -1, 1, 0, -0.5, 1.5, 0.5])).toBeLessThan(1e-12);
		const dual = new Float64Array(9);
		skinDualQuaternion(dual, rest, transforms, offsets, bones, weights, { bones: new Float64Array(16) });
		const half = Math.SQRT1_2;
		// Half of the turn about the same point keeps the distance to it.
		expect(maxDifference(dual, [0, 2, 0, -1, 1, 0, -half, 1 + half, 0.5])).toBeLessThan(1e-12);
	});

	test("half turns about every axis survive the conversion to quaternions", () => {
		for (const diagonal of [
			[1, -1, -1],
			[-1, 1, -1],
			[-1, -1, 1],
		]) {
			const m = new Float64Array(12);
			m.set([diagonal[0], 0, 0, 0.1, 0, diagonal[1], 0, 0.2, 0, 0, diagonal[2], 0.3]);
			const out = new Float64Array(3);
			skinDualQuaternion(out, Float64Array.of(1, 2, 3), m, Uint32Array.of(0, 1), Uint8Array.of(0), Float64Array.of(1), {
				bones: new Float64Array(8),
			});
			expect(maxDifference(out, [diagonal[0] + 0.1, 2 * diagonal[1] + 0.2, 3 * diagonal[2] + 0.3])).toBeLessThan(1e-12);
		}
	});

	test("in place gives the same result", () => {
		const expected = new Float64Array(9);
		skinLinear(expected, rest, transforms, offsets, bones, weights);
		const inPlace = rest.slice();
		skinLinear(inPlace, inPlace, transforms, offsets, bones, weights);
		expect(inPlace).toEqual(expected);
	});
});

describe("damaged sources", () => {
	const obj = "g body\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n";
	const joint = { strategy: "VERTEX", vertex_index: 0 };
	const rig = { root: { parent: "", roll: 0, head: joint, tail: { strategy: "CUBE", cube_name: "body" } } };
	const files = {
		baseObj: obj,
		rigJson: JSON.stringify(rig),
		weightsJson: JSON.stringify({ weights: { root: [[0, 1]] } }),
		readTargetBytes: () => bytes("0 .001 0 0\n"),
	};

	test("a small but whole source is read", () => {
		const source = readOfficialSource(files);
		expect(source.rig.tails[0]).toEqual([0, 1, 2, 3]);
		expect(source.readTarget("any").deltas_dm).toEqual(Float64Array.of(0.001, 0, 0));
	});

	test.each([
		["base mesh with a triangle", { baseObj: `${obj}f 1/1 2/2 3/3\n` }, OFFICIAL_FILES.baseMesh],
		["base mesh with a missing vertex", { baseObj: `${obj}f 1/1 2/2 3/3 9/4\n` }, OFFICIAL_FILES.baseMesh],
		["rig that is no JSON", { rigJson: "{" }, OFFICIAL_FILES.rig],
		["rig without vertices", { rigJson: JSON.stringify({ root: { ...rig.root, tail: {} } }) }, OFFICIAL_FILES.rig],
		[
			"rig with a stray bone",
			{ rigJson: JSON.stringify({ ...rig, stray: { ...rig.root, parent: "nobody" } }) },
			OFFICIAL_FILES.rig,
		],
		[
			"weights of an unknown vertex",
			{ weightsJson: JSON.stringify({ weights: { root: [[7, 1]] } }) },
			OFFICIAL_FILES.weights,
		],
		[
			"weights of other bones",
			{ weightsJson: JSON.stringify({ weights: { tail: [[0, 1]] } }) },
			OFFICIAL_FILES.weights,
		],
	])("%s is reported with its file", (_what, change, file) => {
		expect(() => readOfficialSource({ ...files, ...change })).toThrow(BodyModelSourceError);
		expect(() => readOfficialSource({ ...files, ...change })).toThrow(file);
	});

	test("a damaged target names its path", () => {
		const read = (text: string) =>
			readOfficialSource({ ...files, readTargetBytes: () => bytes(text) }).readTarget("arms/x");
		expect(() => read("0 1 2\n")).toThrow(/targets\/arms\/x\.target/);
		expect(() => read("4 0 0 0\n")).toThrow(/vertex 4 does not exist/);
	});

	test("an npm mesh of another kind is reported", () => {
		const targets = new Uint8Array(0);
		expect(() => readNpmSource({ baseMeshJson: "nothing", targets })).toThrow(/is not JSON/);
		expect(() => readNpmSource({ baseMeshJson: "{}", targets })).toThrow(/not a three\.js geometry/);
	});
});
