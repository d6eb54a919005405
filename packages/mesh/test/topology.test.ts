import { createMeshTopology } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { ellipsoid, torus } from "./shapes.js";

describe("createMeshTopology", () => {
	it("satisfies Euler's formula on a sphere and a torus", () => {
		const sphere = ellipsoid(1, 1, 1, 12, 17);
		const torusMesh = torus(1, 0.3, 20, 11);
		for (const [mesh, characteristic] of [
			[sphere, 2],
			[torusMesh, 0],
		] as const) {
			const topology = createMeshTopology(mesh.triangles, mesh.vertices.length / 3);
			const edgeCount = topology.edges.length / 2;
			expect(topology.vertexCount - edgeCount + mesh.triangles.length / 3).toBe(characteristic);
			expect(topology.isClosed).toBe(true);
		}
	});

	it("links edges, triangles and vertices consistently", () => {
		const mesh = torus(1, 0.3, 9, 7);
		const topology = createMeshTopology(mesh.triangles, mesh.vertices.length / 3);
		for (let t = 0; t < mesh.triangles.length / 3; t++) {
			for (let k = 0; k < 3; k++) {
				const a = mesh.triangles[3 * t + k];
				const b = mesh.triangles[3 * t + ((k + 1) % 3)];
				const e = topology.triangleEdges[3 * t + k];
				expect([topology.edges[2 * e], topology.edges[2 * e + 1]]).toEqual([Math.min(a, b), Math.max(a, b)]);
				expect([topology.edgeTriangles[2 * e], topology.edgeTriangles[2 * e + 1]]).toContain(t);
				const around = topology.vertexTriangles.subarray(
					topology.vertexTriangleOffsets[a],
					topology.vertexTriangleOffsets[a + 1],
				);
				expect([...around]).toContain(t);
			}
		}
	});

	it("marks open edges", () => {
		const topology = createMeshTopology(Uint32Array.of(0, 1, 2), 4);
		expect(topology.isClosed).toBe(false);
		expect([...topology.edgeTriangles]).toEqual([0, -1, 0, -1, 0, -1]);
	});

	it("refuses what is no surface", () => {
		expect(() => createMeshTopology(Uint32Array.of(0, 1), 3)).toThrow(RangeError);
		expect(() => createMeshTopology(Uint32Array.of(0, 1, 3), 3)).toThrow(RangeError);
		expect(() => createMeshTopology(Uint32Array.of(0, 1, 1), 3)).toThrow(RangeError);
		expect(() => createMeshTopology(Uint32Array.of(0, 1, 2, 1, 0, 3, 0, 1, 4), 5)).toThrow(RangeError);
	});
});
