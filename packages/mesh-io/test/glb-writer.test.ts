import { type RiggedMesh, readGlb, toAnnyFrame, writeGlb } from "@anny-fitter/mesh-io";
import { type Document, WebIO } from "@gltf-transform/core";
import fc from "fast-check";
import { validateBytes } from "gltf-validator";
import { describe, expect, it } from "vitest";
import { hasReferenceBodies, referenceBody, riggedCube, skinDirectly } from "./sample-meshes.js";

/** Vertices of the file skinned by its own nodes, weights and inverse bind matrices, through an independent reader. */
async function skinFile(bytes: Uint8Array): Promise<{ vertices: Float64Array; document: Document }> {
	const document = await new WebIO().readBinary(bytes);
	const root = document.getRoot();
	const skin = root.listSkins()[0]!;
	const joints = skin.listJoints();
	const inverseBind = skin.getInverseBindMatrices()!;
	const matrices = joints.map((joint, j) => {
		const world = joint.getWorldMatrix();
		const bind = inverseBind.getElement(j, new Array<number>(16));
		const out = new Array<number>(16).fill(0);
		for (let c = 0; c < 4; c++) {
			for (let r = 0; r < 4; r++) for (let k = 0; k < 4; k++) out[c * 4 + r]! += world[k * 4 + r]! * bind[c * 4 + k]!;
		}
		return out;
	});
	const primitive = root.listMeshes()[0]!.listPrimitives()[0]!;
	const position = primitive.getAttribute("POSITION")!;
	const order = primitive.getAttribute("_VERTEX_INDEX")!;
	const vertices = new Float64Array(position.getCount() * 3);
	let largest = 0;
	for (let i = 0; i < position.getCount(); i++) {
		const p = position.getElement(i, [0, 0, 0]);
		const out = [0, 0, 0];
		for (let set = 0; primitive.getAttribute(`JOINTS_${set}`); set++) {
			const bones = primitive.getAttribute(`JOINTS_${set}`)!.getElement(i, [0, 0, 0, 0]);
			const weights = primitive.getAttribute(`WEIGHTS_${set}`)!.getElement(i, [0, 0, 0, 0]);
			for (let k = 0; k < 4; k++) {
				const m = matrices[bones[k]!]!;
				for (let r = 0; r < 3; r++) {
					out[r]! += weights[k]! * (m[r]! * p[0]! + m[4 + r]! * p[1]! + m[8 + r]! * p[2]! + m[12 + r]!);
				}
			}
		}
		const vertex = order.getScalar(i);
		largest = Math.max(largest, vertex);
		// Back to Anny's frame.
		vertices.set([out[0]!, -out[2]!, out[1]!], vertex * 3);
	}
	return { vertices: vertices.slice(0, (largest + 1) * 3), document };
}

function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	expect(a.length).toBe(b.length);
	let worst = 0;
	for (let i = 0; i < a.length; i += 3) {
		worst = Math.max(worst, Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!, a[i + 2]! - b[i + 2]!));
	}
	return worst;
}

/** Issues of the Khronos validator, hints included. */
async function issuesOf(bytes: Uint8Array) {
	const report = await validateBytes(bytes);
	return {
		errors: report.issues.numErrors,
		warnings: report.issues.numWarnings,
		codes: [...new Set(report.issues.messages.map((message) => message.code))].sort(),
	};
}

/** The only hints: the material has no texture yet that would use the coordinates. */
const ALLOWED_HINTS = ["UNUSED_OBJECT"];

describe("writeGlb", () => {
	it("passes the Khronos validator without errors or warnings", async () => {
		for (const mesh of [riggedCube(), riggedCube(0.3, 6)]) {
			for (const options of [
				{},
				{ pose: "rest" as const },
				{ maxInfluences: 8, name: "Körper ✓" },
				{ maxInfluences: 1 },
			]) {
				const issues = await issuesOf(writeGlb(mesh, options).bytes);
				expect(issues).toMatchObject({ errors: 0, warnings: 0 });
				expect(ALLOWED_HINTS).toEqual(expect.arrayContaining(issues.codes));
			}
		}
	});

	it("poses the mesh as linear blend skinning does, seen through an independent reader", async () => {
		const mesh = riggedCube(0.7);
		const { vertices } = await skinFile(writeGlb(mesh).bytes);
		expect(largestDistance(vertices, skinDirectly(mesh))).toBeLessThan(3e-7);
		const rest = await skinFile(writeGlb(mesh, { pose: "rest" }).bytes);
		expect(largestDistance(rest.vertices, mesh.vertices)).toBeLessThan(3e-7);
	});

	it("keeps bone names, hierarchy and extras", async () => {
		const extras = { parameters: { phenotypes: { gender: 0.25 } } };
		const { document } = await skinFile(writeGlb(riggedCube(), { name: "subject", extras }).bytes);
		const joints = document.getRoot().listSkins()[0]!.listJoints();
		expect(joints.map((joint) => joint.getName())).toEqual(["root", "spine.L"]);
		expect(joints[0]!.listChildren()[0]).toBe(joints[1]);
		const root = document.getRoot().listScenes()[0]!.listChildren()[0]!;
		expect(root.getName()).toBe("subject");
		expect(root.getExtras()).toEqual({ ...extras, length_unit: "m", skeleton_pose: "given" });
		expect(root.listChildren()[0]).toBe(joints[0]);
	});

	it("stands upright and faces +Z in the file", async () => {
		const mesh = riggedCube();
		const file = readGlb(writeGlb(mesh).bytes);
		for (let v = 0; v < 8; v++) {
			const [x, y, z] = [0, 1, 2].map((k) => mesh.vertices[v * 3 + k]!) as [number, number, number];
			expect(Array.from(file.vertices.subarray(v * 3, v * 3 + 3), (value) => value + 0)).toEqual([x, z, -y + 0]);
		}
	});

	it("stores outward normals and flips v", async () => {
		const mesh = riggedCube();
		const { document } = await skinFile(writeGlb(mesh).bytes);
		const primitive = document.getRoot().listMeshes()[0]!.listPrimitives()[0]!;
		const normal = primitive.getAttribute("NORMAL")!;
		const position = primitive.getAttribute("POSITION")!;
		const uv = primitive.getAttribute("TEXCOORD_0")!;
		const seen = new Set<string>();
		for (let i = 0; i < normal.getCount(); i++) {
			const n = normal.getElement(i, [0, 0, 0]);
			const p = position.getElement(i, [0, 0, 0]);
			const centre = [0.5, 0.5, -0.5];
			expect(n.reduce((sum, value, k) => sum + value * (p[k]! - centre[k]!), 0)).toBeGreaterThan(0.5);
			seen.add(
				uv
					.getElement(i, [0, 0])
					.map((value) => value.toFixed(6))
					.join(),
			);
		}
		const expected = new Set<string>();
		for (let u = 0; u < mesh.uvs!.length; u += 2)
			expected.add(`${mesh.uvs![u]!.toFixed(6)},${(1 - mesh.uvs![u + 1]!).toFixed(6)}`);
		expect(seen).toEqual(expected);
		expect(normal.getCount()).toBe(24);
	});

	it("reports what the truncation of influences costs, and nothing when all are kept", async () => {
		const mesh = riggedCube(0.9, 6);
		const truncated = writeGlb(mesh);
		const { vertices } = await skinFile(truncated.bytes);
		const error = largestDistance(vertices, skinDirectly(mesh));
		expect(truncated.influencesPerVertex).toBe(4);
		expect(error).toBeGreaterThan(0.01);
		expect(truncated.maxInfluenceError_m).toBeCloseTo(error, 6);
		const whole = writeGlb(mesh, { maxInfluences: 8 });
		expect(whole.influencesPerVertex).toBe(8);
		expect(whole.maxInfluenceError_m).toBeLessThan(1e-6);
		expect(largestDistance((await skinFile(whole.bytes)).vertices, skinDirectly(mesh))).toBeLessThan(5e-7);
	});

	it("turns nearly rigid bone matrices into rotations and refuses others by name", async () => {
		const mesh = riggedCube();
		const rounded = { ...mesh, bonePoses: Float64Array.from(mesh.bonePoses, (value) => Math.round(value * 1e4) / 1e4) };
		expect(await issuesOf(writeGlb(rounded).bytes)).toMatchObject({ errors: 0, warnings: 0 });
		const mirrored = Float64Array.from(mesh.bonePoses);
		for (let k = 12; k < 16; k++) mirrored[k] = -mirrored[k]!;
		expect(() => writeGlb({ ...mesh, bonePoses: mirrored })).toThrow(/pose of bone "spine\.L" has determinant/);
	});

	it("writes any rotation as a unit quaternion", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: -1, max: 1, noNaN: true }))),
				async (raw) => {
					const length = Math.hypot(...raw);
					fc.pre(length > 0.1);
					const [x, y, z, w] = raw.map((value) => value / length) as [number, number, number, number];
					const mesh = riggedCube();
					const bonePoses = Float64Array.from(mesh.bonePoses);
					const rotation = [
						1 - 2 * (y * y + z * z),
						2 * (x * y - z * w),
						2 * (x * z + y * w),
						0.1,
						2 * (x * y + z * w),
						1 - 2 * (x * x + z * z),
						2 * (y * z - x * w),
						0.2,
						2 * (x * z - y * w),
						2 * (y * z + x * w),
						1 - 2 * (x * x + y * y),
						0.3,
					];
					bonePoses.set(rotation, 12);
					const posed = { ...mesh, bonePoses };
					const { vertices } = await skinFile(writeGlb(posed).bytes);
					expect(largestDistance(vertices, skinDirectly(posed))).toBeLessThan(5e-7);
				},
			),
			{ numRuns: 40, seed: 4 },
		);
	});

	it("refuses inconsistent meshes with a sentence", () => {
		const mesh = riggedCube();
		const cases: [Partial<RiggedMesh>, RegExp][] = [
			[{ vertices: [] }, /no vertices/],
			[{ vertices: [0, 0, Number.NaN, ...Array.from(mesh.vertices).slice(3)] }, /vertices\[2\] is NaN/],
			[{ triangles: [0, 1, 8] }, /triangles\[2\] is 8, outside 0\.\.7/],
			[{ triangles: [] }, /twice as many triangles|no triangles/],
			[{ quadUvs: [0] }, /quadUvs has 1 entries/],
			[{ boneLabels: ["a", "a"] }, /a name twice/],
			[{ boneParents: [-1, 1] }, /parents must precede/],
			[{ bonePoses: [1] }, /bonePoses has 1 numbers/],
			[{ skinOffsets: [0] }, /skinOffsets has 1 entries/],
			[{ skinBones: [0] }, /disagree/],
			[{ skinWeights: mesh.skinWeights && new Float64Array(mesh.skinWeights.length) }, /vertex 0 are all zero/],
		];
		for (const [change, message] of cases) expect(() => writeGlb({ ...mesh, ...change })).toThrow(message);
		expect(() => writeGlb(mesh, { name: "root" })).toThrow(/belongs to a bone/);
		expect(() => writeGlb(mesh, { maxInfluences: 0 })).toThrow(/maxInfluences/);
	});
});

describe.skipIf(!hasReferenceBodies)("writeGlb on reference bodies", () => {
	it.each([0, 1, 2, 3])("sample %i: valid, posed right, order restored", async (sample) => {
		const { mesh, posedVertices } = referenceBody(sample);
		const file = writeGlb(mesh);
		expect(await issuesOf(file.bytes)).toMatchObject({ errors: 0, warnings: 0 });
		expect(file.vertexCount).toBe(14_485);

		const whole = writeGlb(mesh, { maxInfluences: 12 });
		expect(await issuesOf(whole.bytes)).toMatchObject({ errors: 0, warnings: 0 });
		expect(largestDistance((await skinFile(whole.bytes)).vertices, posedVertices)).toBeLessThan(5e-6);
		const truncated = largestDistance((await skinFile(file.bytes)).vertices, posedVertices);
		expect(Math.abs(truncated - file.maxInfluenceError_m)).toBeLessThan(5e-6);

		const restored = toAnnyFrame(readGlb(file.bytes));
		expect(largestDistance(restored.vertices, mesh.vertices)).toBeLessThan(2e-7);
		expect(restored.triangles).toEqual(Uint32Array.from(mesh.triangles));
		console.log(
			`sample ${sample}: ${file.bytes.length} bytes, truncation to 4 influences moves a vertex by at most ` +
				`${(file.maxInfluenceError_m * 1000).toFixed(2)} mm`,
		);
	});
});
