import {
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
} from "@anny-fitter/body-model";
import { createRiggedMesh, type RiggedMesh, writeGlb } from "@anny-fitter/mesh-io";
import { openBodyModelData } from "@anny-fitter/platform";
import { Bone, type Object3D, PropertyBinding, SkinnedMesh, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { describe, expect, it } from "vitest";
import { riggedCube, skinDirectly } from "./sample-meshes.js";

const { data } = await openBodyModelData();

/** A body with every joint turned a little, the limbs by about half a radian. */
function posedBody() {
	const model = createBodyModel(data);
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: { gender: 0.7, age: 0.6, weight: 0.65, height: 0.55 } });
	const parameters = identityPose(model);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		const isLimb = /^(upper|lower)(arm|leg)01/.test(model.boneLabels[bone]!);
		const angle = (isLimb ? 0.5 : 0.06) * Math.sin(bone + 1);
		const [c, s] = [Math.cos(angle), Math.sin(angle)];
		parameters.set([c, -s, 0], bone * 12);
		parameters.set([s, c, 0], bone * 12 + 4);
	}
	const pose = createPoseState(model);
	evaluatePose(pose, model, shape, parameters);
	return { model, shape, pose, mesh: createRiggedMesh(model, shape, pose) };
}

/** Loads a file with three.js and gives its one skinned mesh, world matrices up to date. */
async function load(bytes: Uint8Array): Promise<{ scene: Object3D; skinned: SkinnedMesh }> {
	const buffer = Uint8Array.from(bytes).buffer;
	const { scene } = await new GLTFLoader().parseAsync(buffer, "");
	scene.updateMatrixWorld(true);
	const found: SkinnedMesh[] = [];
	scene.traverse((object) => {
		if (object instanceof SkinnedMesh) found.push(object);
	});
	expect(found.length).toBe(1);
	return { scene, skinned: found[0]! };
}

/** Distance, metres, of every file vertex as three.js skins it from the expected vertex of Anny's order and frame. */
function skinningErrors(skinned: SkinnedMesh, expected: ArrayLike<number>): { vertex: number; error_m: number }[] {
	const order = skinned.geometry.getAttribute("_vertex_index");
	const point = new Vector3();
	return Array.from({ length: order.count }, (_, i) => {
		skinned.getVertexPosition(i, point).applyMatrix4(skinned.matrixWorld);
		const vertex = order.getX(i);
		const [x, y, z] = [0, 1, 2].map((k) => expected[vertex * 3 + k]!) as [number, number, number];
		return { vertex, error_m: Math.hypot(point.x - x, -point.z - y, point.y - z) };
	});
}

function largest(errors: readonly { error_m: number }[]): number {
	return errors.reduce((worst, { error_m }) => Math.max(worst, error_m), 0);
}

function hasAtMostFourInfluences(mesh: RiggedMesh, vertex: number): boolean {
	return mesh.skinOffsets[vertex + 1]! - mesh.skinOffsets[vertex]! <= 4;
}

describe("a GLB in three.js", () => {
	it("has one skinned mesh on Anny's skeleton, original names in userData", async () => {
		const { model, mesh, pose } = posedBody();
		const { scene, skinned } = await load(writeGlb(mesh, { extras: { note: 1 } }).bytes);
		const { bones } = skinned.skeleton;
		expect(bones.length).toBe(150);
		expect(bones.every((bone) => bone instanceof Bone)).toBe(true);
		// three.js drops dots from node names because its animation paths use them.
		expect(bones.map((bone) => bone.name)).toEqual(
			model.boneLabels.map((label) => PropertyBinding.sanitizeNodeName(label)),
		);
		expect(new Set(bones.map((bone) => bone.name)).size).toBe(150);
		expect(bones.map((bone) => bone.userData.name)).toEqual(model.boneLabels);
		expect(scene.getObjectByName("upperarm01L")?.userData.name).toBe("upperarm01.L");
		expect(bones.map((bone) => bones.indexOf(bone.parent as Bone))).toEqual(Array.from(model.boneParents));
		expect(bones[0]!.parent?.userData).toEqual({ name: "body", note: 1, length_unit: "m", skeleton_pose: "given" });
		expect(skinned.geometry.getAttribute("uv").count).toBe(skinned.geometry.getAttribute("position").count);

		const head = new Vector3();
		for (let bone = 0; bone < 150; bone++) {
			bones[bone]!.getWorldPosition(head);
			const [x, y, z] = [3, 7, 11].map((k) => pose.bonePoses[bone * 12 + k]!) as [number, number, number];
			expect(Math.hypot(head.x - x, head.y - z, head.z + y)).toBeLessThan(1e-6);
		}
	});

	it("puts vertices where the body model does", async () => {
		const { mesh, pose } = posedBody();
		const file = writeGlb(mesh);
		const errors = skinningErrors((await load(file.bytes)).skinned, pose.vertices);
		const untruncated = errors.filter(({ vertex }) => hasAtMostFourInfluences(mesh, vertex));
		console.log(
			`three.js: ${untruncated.length} of ${errors.length} vertices keep all influences and are within ` +
				`${(largest(untruncated) * 1e6).toFixed(2)} um; all are within ${(largest(errors) * 1e6).toFixed(2)} um`,
		);
		expect(untruncated.length).toBeGreaterThan(0);
		expect(largest(untruncated)).toBeLessThan(1e-5);
		expect(Math.abs(largest(errors) - file.maxInfluenceError_m)).toBeLessThan(1e-5);
	});

	it("shows the rest pose of a rest-pose file", async () => {
		const { shape, mesh } = posedBody();
		const { skinned } = await load(writeGlb(mesh, { pose: "rest" }).bytes);
		expect(largest(skinningErrors(skinned, shape.vertices))).toBeLessThan(1e-5);
	});

	it("tells a wrong pose from the right one", async () => {
		const { shape, mesh } = posedBody();
		const { skinned } = await load(writeGlb(mesh).bytes);
		expect(largest(skinningErrors(skinned, shape.vertices))).toBeGreaterThan(0.05);
	});

	it("reads the four largest influences of a file that has more", async () => {
		const mesh = riggedCube(0.9, 6);
		const four = writeGlb(mesh);
		const eight = writeGlb(mesh, { maxInfluences: 8 });
		const { skinned } = await load(eight.bytes);
		expect(four.maxInfluenceError_m).toBeGreaterThan(0.01);
		expect(largest(skinningErrors(skinned, skinDirectly(mesh)))).toBeCloseTo(four.maxInfluenceError_m, 6);
	});

	it("keeps the original name where two names become the same", async () => {
		const mesh = { ...riggedCube(0.5, 1), boneLabels: ["root", "spine.L", "spineL"] };
		const { bones } = (await load(writeGlb(mesh).bytes)).skinned.skeleton;
		expect(new Set(bones.map((bone) => bone.name)).size).toBe(3);
		expect(bones.map((bone) => bone.userData.name)).toEqual(mesh.boneLabels);
	});
});
