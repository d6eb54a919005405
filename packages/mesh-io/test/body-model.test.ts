import {
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
} from "@anny-fitter/body-model";
import { createRiggedMesh, readMesh, toAnnyFrame, writeGlb, writeObj, writePly, writeStl } from "@anny-fitter/mesh-io";
import { openBodyModelData } from "@anny-fitter/platform";
import { validateBytes } from "gltf-validator";
import { describe, expect, it } from "vitest";

const { data } = await openBodyModelData();

/** A body whose arms and knees are bent by about a radian. */
function posedBody(options: Parameters<typeof createBodyModel>[1]) {
	const model = createBodyModel(data, options);
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: { gender: 0.8, age: 0.66, weight: 0.62, muscle: 0.4 } });
	const parameters = identityPose(model);
	for (const label of ["upperarm01.L", "upperarm01.R", "lowerleg01.L", "neck01", "spine03"]) {
		const bone = model.boneLabels.indexOf(label) * 12;
		const [c, s] = [Math.cos(0.9), Math.sin(0.9)];
		parameters.set([1, 0, 0], bone);
		parameters.set([0, c, -s], bone + 4);
		parameters.set([0, s, c], bone + 8);
	}
	const pose = createPoseState(model);
	evaluatePose(pose, model, shape, parameters);
	return { model, shape, pose, mesh: createRiggedMesh(model, shape, pose) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
	expect(a.length).toBe(b.length);
	let worst = 0;
	for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
	return worst;
}

describe("export of the body model", () => {
	it.each([
		["default", {}, 150],
		[
			"makehuman with every vertex",
			{ topology: "makehuman", eyes: true, tongue: true, removeUnattachedVertices: false },
			163,
		],
	] as const)("%s: a valid GLB that keeps bones and vertex order", async (_, options, boneCount) => {
		const { model, mesh, shape } = posedBody(options);
		const file = writeGlb(mesh, { extras: { parameters: { phenotypes: { gender: 0.8 } } } });
		const { issues } = await validateBytes(file.bytes);
		expect(issues.messages.filter((message) => message.code !== "UNUSED_OBJECT")).toEqual([]);
		expect([issues.numErrors, issues.numWarnings]).toEqual([0, 0]);
		expect(model.boneLabels.length).toBe(boneCount);
		const restored = toAnnyFrame(readMesh(file.bytes));
		expect(largestDifference(restored.vertices, shape.vertices)).toBeLessThan(2e-7);
		expect(restored.triangles).toEqual(model.triangles);
		expect(file.maxInfluenceError_m).toBeLessThan(0.03);
		console.log(
			`${boneCount} bones: ${(file.bytes.length / 1024).toFixed(0)} KiB, ${file.vertexCount} vertices, ` +
				`4 influences: at most ${(file.maxInfluenceError_m * 1000).toFixed(1)} mm off`,
		);
	});

	it("writes and reads the surface in every plain format", () => {
		const { model, mesh, pose } = posedBody({});
		// Plain formats have no skeleton: they carry the posed surface.
		const surface = { ...mesh, vertices: pose.vertices };
		expect(largestDifference(readMesh(writeObj(surface)).vertices, pose.vertices)).toBeLessThan(5e-9);
		const ply = readMesh(writePly(surface, { frame: "gltf" }));
		expect(largestDifference(toAnnyFrame(ply).vertices, pose.vertices)).toBeLessThan(2e-7);
		expect(ply.triangles).toEqual(model.triangles);
		expect(readMesh(writeStl(surface)).triangles.length).toBe(model.triangles.length);
	});
});
