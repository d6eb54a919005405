import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { beforeAll, describe, expect, test } from "vitest";
import { BodyEngine } from "../../src/body/body-engine.js";
import type { AdjustRequest, BodyPose, BodyTape } from "../../src/body/body-types.js";
import { bodyAsset, type FittedBody, fittedBody } from "./body-asset.js";

let engine: BodyEngine;
let body: FittedBody;
beforeAll(async () => {
	const asset = await bodyAsset();
	engine = new BodyEngine(asset);
	body = fittedBody(asset);
});

const REST: BodyPose = { kind: "rest" };
const T_POSE: BodyPose = { kind: "t" };
/** The right hand raised to the front: everything else at rest, the root where it rests. */
function givenPose(): BodyPose {
	const root = engine.topology.boneLabels.indexOf("root");
	const rest = engine.geometry(body.shape, REST).boneHeads.subarray(3 * root, 3 * root + 3);
	const [x = 0, y = 0, z = 0] = rest;
	const turn = [1, 0, 0, 0, 0, Math.cos(1.2), -Math.sin(1.2), 0, 0, Math.sin(1.2), Math.cos(1.2), 0];
	return { kind: "given", bones: { root: [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z], "lowerarm01.R": turn } };
}

const distanceTo = (points: Float32Array, x: number, y: number, z: number): number => {
	let best = Number.POSITIVE_INFINITY;
	for (let i = 0; i < points.length; i += 3) {
		best = Math.min(best, Math.hypot(points[i]! - x, points[i + 1]! - y, points[i + 2]! - z));
	}
	return best;
};

const lengthOf = ({ path, isClosed }: BodyTape): number => {
	let sum = 0;
	for (let i = isClosed ? 0 : 3; i < path.length; i += 3) {
		const j = (i + path.length - 3) % path.length;
		sum += Math.hypot(path[i]! - path[j]!, path[i + 1]! - path[j + 1]!, path[i + 2]! - path[j + 2]!);
	}
	return sum;
};

describe("geometry", () => {
	test("a body has positions, unit normals and bones, in arrays of its own", () => {
		const { vertexCount, boneLabels, triangles } = engine.topology;
		const first = engine.geometry(body.shape, REST);
		const second = engine.geometry(body.shape, REST);
		expect(first).toEqual(second);
		expect(first.positions.buffer).not.toBe(second.positions.buffer);
		expect(first.positions).toHaveLength(3 * vertexCount);
		expect(first.boneTails).toHaveLength(3 * boneLabels.length);
		expect(triangles.every((v) => v < vertexCount)).toBe(true);
		const { normals, positions } = first;
		let low = Infinity;
		let high = -Infinity;
		for (let i = 0; i < normals.length; i += 3) {
			expect(Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!)).toBeCloseTo(1, 4);
			low = Math.min(low, positions[i + 2]!);
			high = Math.max(high, positions[i + 2]!);
		}
		expect(high - low).toBeCloseTo(body.fit.stature_m, 5);
	});

	test("poses: arms out in the T-pose, a photo's pose as its bones say", () => {
		const rest = engine.geometry(body.shape, REST);
		const span = (points: Float32Array): number => {
			const xs = Array.from(points.filter((_, i) => i % 3 === 0));
			return Math.max(...xs) - Math.min(...xs);
		};
		const t = engine.geometry(body.shape, T_POSE);
		expect(span(t.positions)).toBeGreaterThan(1.2 * span(rest.positions));
		expect(Math.abs(span(t.positions) - body.fit.stature_m)).toBeLessThan(0.12 * body.fit.stature_m);
		const given = engine.geometry(body.shape, givenPose());
		const wrist = 3 * engine.topology.boneLabels.indexOf("wrist.R");
		const foot = 3 * engine.topology.boneLabels.indexOf("foot.R");
		const moved = (bone: number) =>
			Math.hypot(...[0, 1, 2].map((k) => given.boneHeads[bone + k]! - rest.boneHeads[bone + k]!));
		expect(moved(wrist)).toBeGreaterThan(0.1);
		expect(moved(foot)).toBeLessThan(1e-5);
	});

	test("a pose of a bone that the model does not have is refused", () => {
		expect(() => engine.geometry(body.shape, { kind: "given", bones: { tail: new Array(12).fill(0) } })).toThrow(
			/tail/,
		);
		expect(() => engine.geometry(body.shape, { kind: "given", bones: { root: [1] } })).toThrow(/root/);
	});
});

describe("tapes", () => {
	test("run on the resting body with the values of the measurements, both sides", () => {
		const tapes = engine.tapes(body.shape, REST);
		expect(new Set(tapes.map(({ id }) => id))).toEqual(new Set(MEASUREMENTS.map(({ id }) => id)));
		for (const tape of tapes) {
			if (tape.side !== "left") expect(tape.value_m).toBeCloseTo(body.measurements[tape.id]!.value_m, 9);
			if (tape.isClosed) expect(lengthOf(tape)).toBeCloseTo(tape.value_m, 3);
		}
		const sides = (id: string) => tapes.filter((tape) => tape.id === id).map(({ side }) => side);
		expect(sides("thigh_girth")).toEqual(["right", "left"]);
		expect(sides("waist_girth")).toEqual(["centre"]);
	});

	test.each([
		["the T-pose", () => T_POSE],
		["a photo's pose", givenPose],
	])("go along into %s, with their values of rest", (_, pose) => {
		const resting = engine.tapes(body.shape, REST);
		const posed = engine.tapes(body.shape, pose());
		const { positions } = engine.geometry(body.shape, pose());
		let floor = Infinity;
		for (let i = 2; i < positions.length; i += 3) floor = Math.min(floor, positions[i]!);
		expect(posed).toHaveLength(resting.length);
		for (const [i, tape] of posed.entries()) {
			const { id, side, value_m } = resting[i]!;
			expect([tape.id, tape.side, tape.value_m]).toEqual([id, side, value_m]);
			expect(tape.path.every(Number.isFinite)).toBe(true);
			const kind = MEASUREMENTS.find((m) => m.id === id)?.kind;
			if (kind === "height") {
				expect(tape.path[2]).toBeCloseTo(floor, 6);
				expect(tape.path[0]).toBe(tape.path[3]);
			} else {
				for (let at = 0; at < tape.path.length; at += 3) {
					const away = distanceTo(positions, tape.path[at]!, tape.path[at + 1]!, tape.path[at + 2]!);
					expect(away, `${id} ${side}`).toBeLessThan(0.06);
				}
			}
			// Shoulders and elbows fold skin; elsewhere a tape keeps its length.
			const isArm = /arm|elbow|shoulder|acromi/.test(id);
			if (tape.isClosed) expect(Math.abs(lengthOf(tape) - value_m), id).toBeLessThan((isArm ? 0.35 : 0.06) * value_m);
		}
	});
});

test("the uncertainty of the surface is of the size of the reported errors", () => {
	const sigma = engine.vertexSigma_m(body.shape, body.covariance, body.measurements);
	expect(sigma).toHaveLength(engine.topology.vertexCount);
	const sorted = [...sigma].sort((a, b) => a - b);
	expect(sorted[0]).toBeGreaterThan(0);
	expect(sorted[sorted.length >> 1]).toBeGreaterThan(0.002);
	expect(sorted.at(-1)).toBeLessThan(0.2);
});

describe("adjusting", () => {
	const NOTHING: AdjustRequest = { targets_m: {}, target_mass_kg: null, held: [], is_mass_held: false };

	test("targets and held values are met; the body that comes out measures so", () => {
		const prepared = engine.prepare(body.shape, body.covariance);
		const waist = body.measurements.waist_girth!.value_m;
		const wanted = { ...NOTHING, targets_m: { waist_girth: waist + 0.04 }, held: ["stature"], is_mass_held: true };
		const adjusted = engine.solve(prepared, wanted);
		expect(adjusted.unreached).toEqual([]);
		expect(adjusted.missing_mass_kg).toBe(0);
		expect(Math.abs(adjusted.mass_kg - body.fit.mass_kg)).toBeLessThan(0.1);
		const tapes = engine.tapes(adjusted.shape, REST);
		const value = (id: string) => tapes.find((tape) => tape.id === id)?.value_m ?? 0;
		expect(Math.abs(value("waist_girth") - waist - 0.04)).toBeLessThan(0.001);
		expect(Math.abs(value("stature") - body.fit.stature_m)).toBeLessThan(0.001);
		for (const { id } of MEASUREMENTS) expect(adjusted.measurements_m[id]).toBeCloseTo(value(id), 9);
		expect(Object.keys(adjusted.measurements_m)).toHaveLength(MEASUREMENTS.length);

		const back = engine.solve(prepared, NOTHING);
		expect(back.shape).toEqual(body.shape);
		expect(engine.geometry(back.shape, REST)).toEqual(engine.geometry(body.shape, REST));
	});

	test("what cannot be had is told, mass apart", () => {
		const prepared = engine.prepare(body.shape, null);
		const adjusted = engine.solve(prepared, { ...NOTHING, targets_m: { waist_girth: 3 }, target_mass_kg: 20 });
		const [first] = adjusted.unreached;
		expect(first?.id).toBe("waist_girth");
		expect(first?.missing_m).toBeCloseTo(3 - adjusted.measurements_m.waist_girth!, 9);
		expect(adjusted.missing_mass_kg).toBeCloseTo(20 - adjusted.mass_kg, 9);
	});

	test("derivatives are taken once per body and kept for the heat map and the sliders", () => {
		const shape = { ...body.shape, phenotypes: { ...body.shape.phenotypes, weight: 0.61 } };
		const { tangent } = engine.prepare(shape, body.covariance);
		engine.vertexSigma_m(shape, body.covariance, body.measurements);
		expect(engine.prepare(shape, null).tangent).toBe(tangent);
	});
});

test("a damaged body model is refused", () => {
	expect(() => new BodyEngine(new Uint8Array(100))).toThrow(/body model/i);
});

test("correlations of errors are symmetric, with one on the diagonal", () => {
	const names = ["chest_girth", "waist_girth", "hip_girth", "mass"];
	const correlations = engine.correlations(body.shape, body.covariance, names);
	expect(correlations).toHaveLength(16);
	const at = (i: number, j: number): number => correlations[4 * i + j] ?? Number.NaN;
	for (let i = 0; i < 4; i++) {
		expect(at(i, i)).toBe(1);
		for (let j = 0; j < i; j++) {
			expect(at(i, j)).toBeCloseTo(at(j, i), 9);
			expect(Math.abs(at(i, j))).toBeLessThan(1);
		}
	}
});
