/** The truth of a drawn subject as JSON: the fields of the independent set, so that one reader reads both. */
import { annyAgeFromYears, computeAnnyAnthropometry } from "@anny-fitter/body-model";
import { bodyVertices, type PersonModel, type PosedPerson } from "./anny-person.js";
import { projectPoints, type SubjectCamera } from "./camera.js";
import type { Tailor } from "./dress.js";
import type { PhotoFile } from "./image.js";
import type { DrawnPerson } from "./people.js";
import type { SubjectView } from "./pose.js";
import type { Looks } from "./wardrobe.js";

export const SUBJECTS_FORMAT = "synth-photos-1";
const SUBSET_COUNT = 500;

/** Body vertices whose place in the photo is part of the truth: spread over the default topology. */
export function vertexSubset(vertexCount: number): number[] {
	return Array.from({ length: SUBSET_COUNT }, (_, i) => Math.floor((i * vertexCount) / SUBSET_COUNT));
}

/** One photo's truth. */
export interface ViewTruth {
	readonly view: SubjectView;
	readonly photo: string;
	readonly mask_body: string;
	readonly mask_all: string;
	readonly camera: SubjectCamera;
	readonly file: PhotoFile;
	readonly yaw_rad: number;
	readonly posed: PosedPerson;
	/** x0, y0, x1, y1 of everything visible, pixels */
	readonly bounds: readonly [number, number, number, number];
}

/** Facts of the file as `index.json` has them. */
export function viewSummary({ view, photo, mask_body, mask_all, camera, file }: ViewTruth) {
	const { width, height, focal_px } = camera;
	const isLying = file.exif?.orientation === 6 || file.exif?.orientation === 8;
	return {
		view,
		photo,
		image_size: [width, height],
		exif: {
			present: file.exif !== null,
			orientation: file.exif?.orientation ?? null,
			focal_length_35mm: file.exif?.equivalent_mm ?? null,
			stored_size: isLying ? [height, width] : [width, height],
		},
		mask_body,
		mask_all,
		background: "room",
		fov_vertical_deg: round((360 / Math.PI) * Math.atan(height / 2 / focal_px), 2),
	};
}

export function viewTruth(model: PersonModel, truth: ViewTruth) {
	const { camera, posed, yaw_rad, bounds } = truth;
	const m = camera.cameraFromWorld;
	const row = (r: number, from: number, to: number): number[] => [...m.subarray(4 * r + from, 4 * r + to)];
	const subset = vertexSubset(model.body.vertexCount);
	const body = bodyVertices(model, posed.state.vertices);
	const chosen = subset.flatMap((v) => [...body.subarray(3 * v, 3 * v + 3)]);
	const { fov_vertical_deg, ...summary } = viewSummary(truth);
	return {
		...summary,
		camera: {
			fx: camera.focal_px,
			fy: camera.focal_px,
			cx: camera.width / 2,
			cy: camera.height / 2,
			fov_vertical_deg,
			R: [0, 1, 2].map((r) => row(r, 0, 3)),
			t: [0, 1, 2].map((r) => m[4 * r + 3]),
			position: camera.position,
		},
		subject_yaw_deg: (180 * yaw_rad) / Math.PI,
		bbox_px: bounds,
		pose: {
			parameterization: "rest_relative",
			pose_parameters: grouped(posed.parameters, 12, 8).map((bone) => [
				bone.slice(0, 4),
				bone.slice(4, 8),
				bone.slice(8),
			]),
		},
		bone_heads_world: grouped(posed.state.boneHeads, 3, 6),
		bone_heads_px: grouped(projectPoints(camera, posed.state.boneHeads), 2, 3),
		vertex_subset_px: grouped(projectPoints(camera, chosen), 2, 3),
	};
}

export interface SubjectTruth {
	readonly id: string;
	readonly set: string;
	readonly seed: number;
	readonly person: DrawnPerson;
	readonly looks: Looks;
	readonly tailor: Tailor;
	readonly skin: string;
	readonly views: readonly ViewTruth[];
}

/** What both files say of a subject; measured on the default body at rest. */
export function subjectSummary({ id, person, looks, tailor }: SubjectTruth) {
	const { model, shape, outfit } = tailor;
	const { height_m, volume_m3, waist_circumference_m } = computeAnnyAnthropometry(
		model.body,
		bodyVertices(model, shape.vertices),
	);
	const garments = [...outfit.garments, ...outfit.hangings].map(({ name }) => name);
	const worn = [outfit.suit, outfit.shoes].flatMap((path) => (path === null ? [] : [path.replace(/^.*\//, "")]));
	return {
		id,
		truth: `truth/${id}.json`,
		rest_vertices: `truth/${id}.rest.bin`,
		sex: person.sex,
		age_years: round(person.age_years, 3),
		is_child: person.age_years < 18,
		source: person.source,
		stature_m: height_m,
		volume_m3,
		mass_kg_980: 980 * volume_m3,
		mass_kg_1010: 1010 * volume_m3,
		bmi_980: (980 * volume_m3) / height_m ** 2,
		bmi_1010: (1010 * volume_m3) / height_m ** 2,
		waist_circumference_m,
		clothing: outfit.clothing,
		clothing_items: [...new Set([...garments, ...worn])],
		ease_m: outfit.garments.map(({ name, ease_m }) => ({ name, ease_m })),
		shoes: outfit.shoes?.replace(/^.*\//, "") ?? null,
		hair: looks.hair?.replace(/^.*\//, "") ?? null,
		local_change_count: Object.keys(person.shape.localChanges).length,
	};
}

/** `truth/<id>.json` */
export function subjectTruth(truth: SubjectTruth) {
	const { set, seed, person, looks, skin, views, tailor } = truth;
	return {
		set,
		seed,
		...subjectSummary(truth),
		ethnicity_texture: skin,
		anny_age: annyAgeFromYears(person.age_years),
		phenotypes: person.shape.phenotypes,
		local_changes: person.shape.localChanges,
		hair_colour: looks.hairColour,
		eyes: looks.eyes,
		views: views.map((view) => viewTruth(tailor.model, view)),
	};
}

/** `index.json` */
export function subjectsIndex(
	model: PersonModel,
	set: string,
	seed: number,
	subjects: readonly SubjectTruth[],
	note: string,
) {
	const { base, body } = model;
	return {
		format: SUBJECTS_FORMAT,
		set,
		seed,
		note,
		subject_count: subjects.length,
		photo_count: subjects.reduce((sum, { views }) => sum + views.length, 0),
		bone_labels: base.boneLabels,
		bone_parents: [...base.boneParents],
		default_model_bone_indices: body.boneLabels.map((label) => base.boneLabels.indexOf(label)),
		vertex_subset: vertexSubset(body.vertexCount),
		vertex_subset_note: `indices into the ${body.vertexCount}-vertex default topology`,
		camera_convention:
			"OpenCV: x right, y down, z forward; X_cam = R X_world + t; u = cx + fx*x/z, v = cy + fy*y/z; pixel (0,0) corner is (0.0,0.0), first pixel centre is (0.5,0.5); refers to the image after EXIF orientation",
		world_convention:
			"metres, Z up, floor at z = 0; unposed subject faces -Y, +X = its left; the subject is turned by its root pose parameter",
		subjects: subjects.map((subject) => ({ ...subjectSummary(subject), views: subject.views.map(viewSummary) })),
	};
}

function grouped(values: ArrayLike<number>, size: number, digits: number): number[][] {
	return Array.from({ length: values.length / size }, (_, i) =>
		Array.from({ length: size }, (_, k) => round(values[size * i + k] ?? Number.NaN, digits)),
	);
}

function round(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}
