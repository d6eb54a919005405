import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PhotoObservation, StatedBody } from "@anny-fitter/fitting";
import { decodePhoto, type Vision } from "@anny-fitter/vision";

/** Where the rendered subjects with exact truth lie: beside the repository, not in it. */
export const SYNTHETIC_FOLDER = fileURLToPath(new URL("../../../shared/photos/synthetic/", import.meta.url));

export interface SyntheticView {
	readonly view: "front" | "side" | "back" | "threequarter";
	readonly file: string;
	readonly width_px: number;
	readonly height_px: number;
	/** [12] row-major 3×4, camera from world */
	readonly cameraFromWorld: Float64Array;
	readonly focal_px: number;
	/** bone label → true head in the world, metres */
	readonly boneHeadsWorld: ReadonlyMap<string, readonly number[]>;
	/** bone label → true head in the photo, pixels */
	readonly boneHeads_px: ReadonlyMap<string, readonly number[]>;
	/** [163*12] rest_relative pose parameters */
	readonly poseParameters: readonly (readonly number[])[];
}

export interface SyntheticSubject {
	readonly id: string;
	readonly sex: "male" | "female";
	readonly age_years: number;
	readonly stature_m: number;
	/** mesh volume × 1010 kg/m³ */
	readonly mass_kg: number;
	readonly clothing: "tight" | "regular" | "loose";
	readonly phenotypes: Readonly<Record<string, number>>;
	readonly localChanges: Readonly<Record<string, number>>;
	readonly boneLabels: readonly string[];
	/** [13348*3] resting body, default topology */
	readonly restVertices: Float32Array;
	readonly views: readonly SyntheticView[];
}

/** Reads the subjects' truth, or returns null when the folder is absent. */
export function loadSyntheticSubjects(folder = SYNTHETIC_FOLDER): SyntheticSubject[] | null {
	if (!existsSync(join(folder, "index.json"))) return null;
	const index = readJson(join(folder, "index.json"));
	const boneLabels: string[] = index.bone_labels;
	return index.subjects.map((entry: { id: string; truth: string; rest_vertices: string; clothing: string }) => {
		const truth = readJson(join(folder, entry.truth));
		const bytes = readFileSync(join(folder, entry.rest_vertices));
		return {
			id: entry.id,
			sex: truth.sex,
			age_years: truth.age_years,
			stature_m: truth.stature_m,
			mass_kg: truth.mass_kg_1010,
			clothing: entry.clothing,
			phenotypes: truth.phenotypes,
			localChanges: truth.local_changes,
			boneLabels,
			restVertices: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
			views: truth.views.map((v: RawView) => readView(v, boneLabels, folder)),
		};
	});
}

/** The person whose retake a subject is, `s01` of `s01r03`; null for subjects that are none. */
export function personOf(id: string): string | null {
	return /^(.+)r\d+$/.exec(id)?.[1] ?? null;
}

/** What perception sees in one photo of the set. */
export async function observe(vision: Vision, view: SyntheticView): Promise<PhotoObservation> {
	const photo = await decodePhoto(readFileSync(view.file));
	const seen = await vision.analyse(photo);
	return {
		width_px: photo.width,
		height_px: photo.height,
		focal_px: photo.focalLength_px,
		body: seen.body,
		bodyWorld: seen.bodyWorld,
		mask: seen.refinedMask,
		regions: seen.regions,
	};
}

/** Everything a user could truly state about a subject. */
export function statedTruth(subject: SyntheticSubject): StatedBody {
	return {
		stature_m: subject.stature_m,
		mass_kg: subject.mass_kg,
		age_years: subject.age_years,
		sex: subject.sex,
		measures_m: {},
	};
}

interface RawView {
	readonly view: SyntheticView["view"];
	readonly photo: string;
	readonly image_size: [number, number];
	readonly camera: { fx: number; R: number[][]; t: number[] };
	readonly bone_heads_world: number[][];
	readonly bone_heads_px: number[][];
	readonly pose: { pose_parameters: number[][][] };
}

function readView(raw: RawView, boneLabels: readonly string[], folder: string): SyntheticView {
	const { R, t, fx } = raw.camera;
	const byBone = (rows: number[][]): Map<string, number[]> =>
		new Map(boneLabels.map((label, i) => [label, rows[i] ?? []]));
	return {
		view: raw.view,
		file: join(folder, raw.photo),
		width_px: raw.image_size[0],
		height_px: raw.image_size[1],
		cameraFromWorld: Float64Array.from(R.flatMap((row, k) => [...row, t[k] ?? Number.NaN])),
		focal_px: fx,
		boneHeadsWorld: byBone(raw.bone_heads_world),
		boneHeads_px: byBone(raw.bone_heads_px),
		poseParameters: raw.pose.pose_parameters.map((rows) => rows.flat()),
	};
}

// biome-ignore lint/suspicious/noExplicitAny: the set's own JSON, described in its README
function readJson(path: string): any {
	return JSON.parse(readFileSync(path, "utf8"));
}
