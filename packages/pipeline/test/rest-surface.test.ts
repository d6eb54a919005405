import {
	ALL_PHENOTYPE_LABELS,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
} from "@anny-fitter/body-model";
import { createMeshRegistrar, registerMesh } from "@anny-fitter/fitting";
import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { describe, expect, it } from "vitest";
import { restSurface } from "../src/rest-surface.js";

const { data } = await openBodyModelData();
const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
const registrar = createMeshRegistrar(model);
/** Joints that carry measuring planes. */
const JOINTS = ["upperleg01.L", "lowerleg01.L", "foot.L", "upperarm01.R", "lowerarm01.R", "wrist.R", "neck01", "head"];

function randomBody(seed: number, age: number) {
	const random = createRandom(seed);
	const shape = createShapeState(model);
	const phenotypes = Object.fromEntries(ALL_PHENOTYPE_LABELS.map((label) => [label, random.uniform()]));
	evaluateShape(shape, model, { phenotypes: { ...phenotypes, age } });
	return { shape, random };
}

/** Largest difference of distances from joints to vertices: the surface may stand elsewhere. */
function jointError_m(
	found: { readonly vertices: Float64Array; readonly boneHeads: Float64Array },
	shape: { readonly vertices: Float64Array; readonly boneHeads: Float64Array },
): number {
	let largest = 0;
	for (const label of JOINTS) {
		const at = 3 * model.boneLabels.indexOf(label);
		for (const vertex of [0, 6000, 13000]) {
			const distance = ({ vertices, boneHeads }: typeof found) =>
				Math.hypot(...[0, 1, 2].map((axis) => vertices[3 * vertex + axis]! - boneHeads[at + axis]!));
			largest = Math.max(largest, Math.abs(distance(found) - distance(shape)));
		}
	}
	return largest;
}

describe("restSurface", () => {
	it.each([
		["a baby", 1, 0.05],
		["a child", 2, 0.3],
		["an adult", 3, 0.7],
		["an old adult", 4, 0.95],
	])("finds the joints of %s in rest pose, however the mesh is turned (seed %d)", (_, seed, age) => {
		const { shape } = randomBody(seed, age);
		// (x, y, z) → (x, −z, y), and elsewhere: a quarter turn about X.
		const turned = shape.vertices.map((_, i) => {
			const [x, y, z] = shape.vertices.subarray(i - (i % 3), i - (i % 3) + 3) as unknown as [number, number, number];
			return [x + 0.3, -z + 0.1, y - 2][i % 3]!;
		});
		const registration = registerMesh(registrar, turned, { restPose: true })!;
		const surface = restSurface(model, registration, turned, false);
		expect(surface.turn_rad).toBeCloseTo(Math.PI / 2, 2);
		expect(registration.pve_mm).toBeLessThan(1);
		expect(jointError_m(surface, shape)).toBeLessThan(0.002);
	});

	it("brings a posed mesh back to its rest surface, noise and all (seed 5)", () => {
		const { shape, random } = randomBody(5, 0.6);
		const pose = identityPose(model);
		const rotation = new Float64Array(9);
		for (let bone = 0; bone < model.boneLabels.length; bone++) {
			rotationFromVector(rotation, [0.2 * random.normal(), 0.2 * random.normal(), 0.2 * random.normal()]);
			for (let row = 0; row < 3; row++) pose.set(rotation.subarray(3 * row, 3 * row + 3), 12 * bone + 4 * row);
		}
		const posed = createPoseState(model);
		evaluatePose(posed, model, shape, pose);
		const given = posed.vertices.slice();
		given.fill(Number.NaN, 300, 303);
		const registration = registerMesh(registrar, given)!;
		const surface = restSurface(model, registration, given, true);
		let largest = 0;
		for (let at = 0; at < given.length; at++) {
			largest = Math.max(largest, Math.abs(surface.vertices[at]! - shape.vertices[at]!));
		}
		expect(largest).toBeLessThan(0.001);
		expect(jointError_m(surface, shape)).toBeLessThan(0.001);
	});
});
