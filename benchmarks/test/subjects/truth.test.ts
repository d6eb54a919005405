import { createPoseState, createShapeState, evaluatePose, evaluateShape } from "@anny-fitter/body-model";
import { createPhotoFitter, type PhotoFitter } from "@anny-fitter/fitting";
import { createRandom } from "@anny-fitter/math";
import { closestPoint, createClosestPoint, createTriangleTree } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import {
	bodyVertices,
	createPersonModel,
	type PersonModel,
	posePerson,
	shapePerson,
} from "../../src/subjects/anny-person.js";
import { drawCamera } from "../../src/subjects/camera.js";
import { createTailor, dressPerson, mapPerson } from "../../src/subjects/dress.js";
import { drawPerson } from "../../src/subjects/people.js";
import { bodyMask, boundsOf, uniteMasks } from "../../src/subjects/photograph.js";
import { drawStance } from "../../src/subjects/pose.js";
import { subjectSummary, vertexSubset, viewTruth } from "../../src/subjects/truth.js";
import { type Clothing, drawLooks, drawOutfit, isLikeSkin } from "../../src/subjects/wardrobe.js";
import { clothingWish, personWish, stream, viewsWish } from "../../src/subjects/write-subjects.js";

let model: PersonModel;
let fitter: PhotoFitter;
beforeAll(async () => {
	model = createPersonModel((await openBodyModelData()).data);
	fitter = createPhotoFitter(model.body);
}, 60_000);

/** A dressed person of the set, without a photo. */
function makeUp(i: number, seed: number, clothing: Clothing, view: "front" | "side" = "front") {
	const person = drawPerson(createRandom(seed), fitter, personWish(i, seed));
	const shape = shapePerson(model, person.shape);
	const map = mapPerson(model, shape);
	const outfit = drawOutfit(createRandom(seed), map, clothing, person.sex, person.age_years < 18);
	const looks = drawLooks(createRandom(seed), person);
	const tailor = createTailor(model, shape, map, outfit, looks, createRandom(seed));
	const skeleton = { boneLabels: model.base.boneLabels, boneHeads: shape.boneHeads };
	const stance = drawStance(createRandom(seed), skeleton, view, false);
	const posed = posePerson(model, shape, stance.rotations, stance.yaw_rad, tailor.sole_m);
	return { person, shape, tailor, looks, stance, posed };
}

describe("the truth of a drawn subject", () => {
	test("says body, pose and camera so that Anny's default model ends where the photo shows it", () => {
		const { person, tailor, looks, stance, posed } = makeUp(1, 7, "tight", "side");
		const camera = drawCamera(createRandom(2), bodyVertices(model, posed.state.vertices), [1200, 1600]);
		const truth = viewTruth(model, {
			view: "side",
			photo: "photos/a.jpg",
			mask_body: "truth/masks/a.body.png",
			mask_all: "truth/masks/a.all.png",
			camera,
			file: { quality: 88, exif: { equivalent_mm: camera.equivalent_mm, orientation: 6 }, noise: 1, blur_px: 0.3 },
			yaw_rad: stance.yaw_rad,
			posed,
			bounds: [0, 0, 1, 1],
		});
		const read = JSON.parse(JSON.stringify(truth)) as typeof truth;
		expect(read.exif).toMatchObject({ present: true, orientation: 6, stored_size: [1600, 1200] });

		// Rebuild from JSON alone, with the default model of fewer bones.
		const shape = createShapeState(model.body);
		evaluateShape(shape, model.body, person.shape);
		const parameters = Float64Array.from(
			model.body.boneLabels.flatMap(
				(label) => read.pose.pose_parameters[model.base.boneLabels.indexOf(label)]?.flat() ?? [],
			),
		);
		const pose = createPoseState(model.body);
		evaluatePose(pose, model.body, shape, parameters, "rest_relative");
		const { fx, cx, cy, R, t } = read.camera;
		const project = (points: Float64Array, at: number): [number, number] => {
			const [x = 0, y = 0, z = 1] = [0, 1, 2].map(
				(r) => (R[r] ?? []).reduce((sum, value, k) => sum + value * (points[at + k] ?? 0), 0) + (t[r] ?? 0),
			);
			return [cx + (fx * x) / z, cy + (fx * y) / z];
		};
		for (const [i, v] of vertexSubset(model.body.vertexCount).entries()) {
			const [x, y] = project(pose.vertices, 3 * v);
			expect(
				Math.hypot(x - (read.vertex_subset_px[i]?.[0] ?? 0), y - (read.vertex_subset_px[i]?.[1] ?? 0)),
			).toBeLessThan(0.01);
		}
		const elbow = model.base.boneLabels.indexOf("lowerarm01.R");
		const [x, y] = project(Float64Array.from(read.bone_heads_world[elbow] ?? []), 0);
		expect(x).toBeCloseTo(read.bone_heads_px[elbow]?.[0] ?? Number.NaN, 1);
		expect(y).toBeCloseTo(read.bone_heads_px[elbow]?.[1] ?? Number.NaN, 1);
		// Stands on the floor and shows its right side to the camera.
		const soles = bodyVertices(model, posed.state.vertices).filter((_, k) => k % 3 === 2);
		expect(Math.min(...soles)).toBeCloseTo(tailor.sole_m, 6);
		const head = (bone: string) => posed.state.boneHeads[3 * model.base.boneLabels.indexOf(bone) + 1] ?? Number.NaN;
		expect(head("upperarm01.R")).toBeLessThan(head("upperarm01.L") - 0.2);

		const summary = subjectSummary({
			id: "a",
			set: "",
			seed: 7,
			person,
			looks,
			tailor,
			skin: "",
			views: [],
		});
		const heights = shape.vertices.filter((_, k) => k % 3 === 2);
		expect(summary.stature_m).toBeCloseTo(Math.max(...heights) - Math.min(...heights), 9);
		expect(summary.mass_kg_1010 / summary.stature_m ** 2).toBeCloseTo(summary.bmi_1010, 9);
	});

	test.each([
		["tight", 0.003],
		["regular", 0.006],
		["loose", 0.006],
	] as const)("%s clothes lie outside the body, at least %f m off", (clothing, least_m) => {
		// The first of some seeds with garments of the body's own surface.
		let { tailor, posed } = makeUp(3, 11, clothing);
		for (let seed = 12; tailor.outfit.suit !== null || tailor.outfit.garments.length < 2; seed++) {
			({ tailor, posed } = makeUp(3, seed, clothing));
		}
		const parts = dressPerson(tailor, posed);
		const skin = bodyVertices(model, posed.state.vertices);
		const tree = createTriangleTree(skin, model.body.triangles);
		const closest = createClosestPoint();
		// Socks are tighter, and toes have many vertices.
		const isSock = tailor.outfit.garments.map(({ name }) => name === "socks");
		const cloth = parts.filter(({ material }) => material.kind === "cloth").filter((_, i) => isSock[i] !== true);
		expect(cloth.length).toBeGreaterThan(1);
		const off: number[] = [];
		for (const { surface } of cloth) {
			for (let v = 0; v < surface.positions.length; v += 3 * 11) {
				const [x = 0, y = 0, z = 0] = surface.positions.subarray(v, v + 3);
				closestPoint(closest, tree, x, y, z);
				const { point, normal, distance } = closest;
				const side = [x, y, z].reduce((sum, value, k) => sum + (value - (point[k] ?? 0)) * (normal[k] ?? 0), 0);
				off.push(Math.sign(side) * distance);
			}
		}
		off.sort((a, b) => a - b);
		// In creases, such as between the thighs, cloth of one side may cross skin of the other.
		expect(off[Math.floor(0.05 * off.length)]).toBeGreaterThan(0);
		expect(off[off.length >> 1]).toBeGreaterThan(least_m);
		for (const { surface } of parts) {
			expect(surface.positions.every(Number.isFinite)).toBe(true);
			expect(Math.max(...surface.triangleUvs)).toBeLessThan(surface.uvs.length / 2);
		}
	});

	test("masks of bits hold the silhouette, and their bounds", () => {
		const { posed } = makeUp(3, 11, "tight");
		const camera = drawCamera(createRandom(4), bodyVertices(model, posed.state.vertices), [300, 400]);
		const mask = bodyMask(model, posed, camera);
		const bits = new Uint8Array(38 * 400);
		uniteMasks(bits, mask, 300);
		const [x0, y0, x1, y1] = boundsOf(bits, 300, 400);
		expect(y1 - y0).toBeGreaterThan(200);
		expect(x1 - x0).toBeLessThan(300);
		expect(bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0)).toBe(
			mask.reduce((sum, value) => sum + value, 0),
		);
	});
});

describe("the people of a set", () => {
	test("a dozen has two children, both sexes, both sources and every kind of clothes in their shares", () => {
		const wishes = Array.from({ length: 120 }, (_, i) => personWish(i, 1));
		expect(wishes.filter(({ isChild }) => isChild)).toHaveLength(20);
		expect(wishes.filter(({ sex }) => sex === "female")).toHaveLength(60);
		expect(wishes.filter(({ source }) => source === "anny")).toHaveLength(60);
		const clothes = Array.from({ length: 120 }, (_, i) => clothingWish(i, 1));
		expect(Math.abs(clothes.filter((kind) => kind === "tight").length - 72)).toBeLessThanOrEqual(4);
		expect(Math.abs(clothes.filter((kind) => kind === "loose").length - 18)).toBeLessThanOrEqual(4);
		const indices = wishes.flatMap(({ bmi }) => bmi ?? []);
		expect(Math.min(...indices)).toBeLessThan(17.5);
		expect(Math.max(...indices)).toBeGreaterThan(34);
		expect(viewsWish(0)).toEqual(["front", "side"]);
	});

	test("cloth never has the colour of skin", () => {
		expect(isLikeSkin([0.86, 0.72, 0.62])).toBe(true);
		expect(isLikeSkin([0.45, 0.3, 0.22])).toBe(true);
		expect(isLikeSkin([0.8, 0.1, 0.1])).toBe(false);
		expect(isLikeSkin([0.5, 0.5, 0.52])).toBe(false);
		expect(isLikeSkin([0.2, 0.5, 0.8])).toBe(false);
	});

	test("every part of every subject of every seed has a stream of its own", () => {
		const first = new Set<number>();
		for (let seed = 0; seed < 6; seed++) {
			for (let i = 0; i < 24; i++) {
				for (let part = 1; part <= 5; part++) first.add(stream(seed, i, part).uniform());
				for (let retake = 0; retake < 10; retake++) {
					for (let k = 0; k < 4; k++) first.add(stream(seed, i, 6, retake, k).uniform());
				}
			}
		}
		expect(first.size).toBe(6 * 24 * (5 + 40));
		expect(stream(1, 2, 3).normal()).toBe(stream(1, 2, 3).normal());
	});

	test.each([
		["anny", 0],
		["population", 1],
		["anny, a child", 4],
		["population, a child", 9],
	] as const)("%s: plausible, like the wish, beyond what a fit can say, the same for the same seed", (_, i) => {
		const wish = personWish(i, 5);
		const person = drawPerson(createRandom(9), fitter, wish);
		expect(drawPerson(createRandom(9), fitter, wish)).toEqual(person);
		expect(person.age_years < 18).toBe(wish.isChild);
		const shape = createShapeState(model.body);
		evaluateShape(shape, model.body, person.shape);
		const heights = shape.vertices.filter((_, k) => k % 3 === 2);
		const stature = Math.max(...heights) - Math.min(...heights);
		expect(stature).toBeGreaterThan(wish.isChild ? 0.95 : 1.45);
		expect(stature).toBeLessThan(wish.isChild ? 1.8 : 1.96);
		// A local change that no fit has.
		expect(Object.keys(person.shape.localChanges).length).toBeGreaterThan(10);
		if (wish.source === "population") expect(person.shape.localChanges).toHaveProperty("l-upperleg-muscle-incr");
	});
});
