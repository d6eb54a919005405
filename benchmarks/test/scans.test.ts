import { createBodyModel } from "@anny-fitter/body-model";
import { assessScan, registerScan } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { remesh } from "../src/remesh.js";
import { createScanBench, SCAN_TRIALS, type ScanBench, scanPerson } from "../src/scans.js";

let bench: ScanBench;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	bench = createScanBench(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
});

const trial = (name: string) => SCAN_TRIALS.find((t) => t.name === name)!;

describe("scans of known people", () => {
	test.each([
		["clean, other topology", 8],
		["millimetres, turned any way", 8],
		["noise 5 mm, holes 20 %", 12],
	] as const)("%s: within %i mm of the truth, waist and hip within 2 cm (seed 77)", (name, limit_mm) => {
		const { registration, succeeded, pve_mm, errors_mm } = scanPerson(bench, trial(name), 77);
		expect(succeeded).toBe(true);
		expect(pve_mm).toBeLessThan(limit_mm);
		expect(Math.abs(errors_mm.waist_girth!)).toBeLessThan(20);
		expect(Math.abs(errors_mm.hip_girth!)).toBeLessThan(20);
		expect(registration.scanToModel.median_mm).toBeLessThan(name.includes("noise") ? 5 : 2);
	});

	test("a cow is no person, and the result says so", () => {
		// A barrel on four legs with a head: no standing person whichever way it is turned.
		const parts = [
			[-0.3, -0.7, 0.7, 0.3, 0.7, 1.3],
			[-0.28, -0.65, 0, -0.14, -0.5, 0.8],
			[0.14, -0.65, 0, 0.28, -0.5, 0.8],
			[-0.28, 0.5, 0, -0.14, 0.65, 0.8],
			[0.14, 0.5, 0, 0.28, 0.65, 0.8],
			[-0.15, 0.6, 1.1, 0.15, 1.1, 1.5],
		];
		const vertices: number[] = [];
		const triangles: number[] = [];
		for (const part of parts) {
			const base = vertices.length / 3;
			for (let c = 0; c < 8; c++) for (let a = 0; a < 3; a++) vertices.push(0.75 * part[a + 3 * ((c >> a) & 1)]!);
			const quads = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5];
			for (let q = 0; q < quads.length; q += 4)
				for (const k of [0, 1, 2, 0, 2, 3]) triangles.push(base + quads[q + k]!);
		}
		const cow = remesh({ vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) }, 0.03);
		const quality = assessScan(registerScan(bench.fitter, cow));
		expect(quality.needsReview).toBe(true);
		expect(quality.flags.map(({ code }) => code)).toEqual(
			expect.arrayContaining([expect.stringMatching(/^(scan_not_understood|outside_model)$/)]),
		);
	});
});

describe("a remeshed surface", () => {
	test("is closed, turned outwards and lies on the surface it came from", () => {
		const vertices = Float64Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
		const tetrahedron = { vertices, triangles: Uint32Array.of(0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3) };
		const mesh = remesh(tetrahedron, 0.02);
		let volume = 0;
		const edges = new Map<string, number>();
		for (let t = 0; t < mesh.triangles.length; t += 3) {
			const corners = [...mesh.triangles.subarray(t, t + 3)];
			const [a, b, c] = corners.map((v) => [...mesh.vertices.subarray(3 * v, 3 * v + 3)]) as [
				number[],
				number[],
				number[],
			];
			volume += (a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) - a[1]! * (b[0]! * c[2]! - b[2]! * c[0]!)) / 6;
			volume += (a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!)) / 6;
			for (let k = 0; k < 3; k++) {
				const [from, to] = [corners[k]!, corners[(k + 1) % 3]!];
				edges.set(`${from} ${to}`, (edges.get(`${from} ${to}`) ?? 0) + 1);
			}
		}
		expect(Math.abs(volume - 1 / 6)).toBeLessThan(0.006);
		for (const edge of edges.keys()) expect(edges.has(edge.split(" ").reverse().join(" "))).toBe(true);
	});
});
