import {
	createMeasurer,
	LANDMARKS,
	type LandmarkName,
	landmarkGradient,
	landmarkPosition,
	MEASUREMENTS,
	measureBody,
	type SurfaceGradient,
} from "@anny-fitter/anthropometry";
import { describe, expect, it } from "vitest";
import { BODIES, body, model, moveBody, seededRandom, type TestBody } from "./bodies.js";

const measurer = createMeasurer(model);

/** Where the derivatives of the two sides differ by more, something is chosen anew between them. */
const KINK = 2e-5;

/** Derivative of a measurement as the body's points move. */
function along(gradient: SurfaceGradient, motion: TestBody): number {
	return (
		dot(gradient.vertices, gradient.byVertex, motion.vertices) +
		dot(gradient.joints, gradient.byJoint, motion.boneHeads)
	);
}

function dot(rows: ArrayLike<number>, derivatives: Float64Array, motion: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < rows.length; i++) {
		for (let k = 0; k < 3; k++) sum += derivatives[3 * i + k] * motion[3 * rows[i] + k];
	}
	return sum;
}

function shift(source: TestBody, motion: TestBody, step: number): TestBody {
	return {
		vertices: source.vertices.map((x, i) => x + step * motion.vertices[i]),
		boneHeads: source.boneHeads.map((x, i) => x + step * motion.boneHeads[i]),
	};
}

describe.each(Object.entries(BODIES))("gradients on %s", (_, parameters) => {
	const subject = moveBody(body(parameters), 1, 0.7, [0.4, -0.3, 0.2]);
	const measured = measureBody(measurer, subject, undefined, { gradients: true });
	const every = (motion: TestBody): [id: string, slope: number, value: number][] =>
		Array.from(measured.values(), ({ id, gradient, value_m }) => [id, along(gradient!, motion), value_m]);

	it("give the value itself when the body grows (lengths are homogeneous of degree 1)", () => {
		for (const [id, slope, value] of every(subject)) expect(Math.abs(slope - value), id).toBeLessThan(1e-9);
	});

	it("vanish when the body is moved or turned", () => {
		const turned = (points: Float64Array): Float64Array =>
			points.map((_, i) => (i % 3 === 0 ? -points[i + 1] : i % 3 === 1 ? points[i - 1] : 0));
		for (const axis of [0, 1, 2]) {
			const moved = (points: Float64Array): Float64Array => points.map((_, i) => (i % 3 === axis ? 1 : 0));
			for (const [id, slope] of every({ vertices: moved(subject.vertices), boneHeads: moved(subject.boneHeads) })) {
				expect(Math.abs(slope), `${id} along ${axis}`).toBeLessThan(1e-9);
			}
		}
		for (const [id, slope] of every({ vertices: turned(subject.vertices), boneHeads: turned(subject.boneHeads) })) {
			expect(Math.abs(slope), id).toBeLessThan(1e-9);
		}
	});
});

describe("gradients", () => {
	it("agree with central differences as points move at random (seed 11), but where something is chosen anew", () => {
		const random = seededRandom(11);
		const worst = new Map<string, number>();
		let compared = 0;
		let kinks = 0;
		let betweenSides = 0;
		for (const parameters of Object.values(BODIES)) {
			// Uneven bodies: an even one is full of ties, its lowest vertex to begin with.
			const localChanges = Object.fromEntries(model.localChangeLabels.map((label) => [label, 0.4 * random() - 0.2]));
			const subject = body({ ...parameters, localChanges });
			for (let trial = 0; trial < 3; trial++) {
				// Smooth in space, as bodies change, with some noise.
				const waves = Float64Array.from({ length: 9 }, () => 6 * random() - 3);
				const wave = (points: Float64Array): Float64Array =>
					points.map((_, i) => {
						const [k, p] = [i % 3, i - (i % 3)];
						const phase =
							waves[3 * k] * points[p] + waves[3 * k + 1] * points[p + 1] + waves[3 * k + 2] * points[p + 2];
						return Math.sin(phase) + 0.01 * (random() - 0.5);
					});
				const motion = { vertices: wave(subject.vertices), boneHeads: wave(subject.boneHeads) };
				const step = 1e-7;
				const centre = measureBody(measurer, subject, undefined, { gradients: true });
				const ahead = measureBody(measurer, shift(subject, motion, step));
				const back = measureBody(measurer, shift(subject, motion, -step));
				for (const [id, { value_m, gradient }] of centre) {
					const forward = (ahead.get(id)!.value_m - value_m) / step;
					const backward = (value_m - back.get(id)!.value_m) / step;
					compared++;
					const slope = along(gradient!, motion);
					let error = Math.abs(slope - (forward + backward) / 2);
					if (Math.abs(forward - backward) > KINK) {
						// The branch taken is that of one side, unless several choices change at once.
						kinks++;
						error = Math.min(Math.abs(slope - forward), Math.abs(slope - backward));
						if (error > KINK) {
							betweenSides++;
							continue;
						}
					}
					worst.set(id, Math.max(worst.get(id) ?? 0, error));
				}
			}
		}
		console.log(`${compared} slopes, ${kinks} at kinks, ${betweenSides} of them of neither side`);
		for (const [id, error] of worst) expect(error, id).toBeLessThan(KINK);
		expect(worst.size).toBe(MEASUREMENTS.length);
		expect(kinks).toBeLessThan(0.08 * compared);
		expect(betweenSides).toBeLessThan(0.01 * compared);
	});

	it("of landmarks along a direction are those of their positions", () => {
		const subject = body(BODIES.child);
		const position = new Float64Array(3);
		for (const name of Object.keys(LANDMARKS) as LandmarkName[]) {
			for (const side of ["left", "right"] as const) {
				// Positions are linear in the vertices, so the derivative along the body itself is the position.
				landmarkPosition(position, subject.vertices, measurer.landmarks[name][side]);
				const expected = 0.3 * position[0] - 0.5 * position[1] + 0.8 * position[2];
				const gradient = landmarkGradient(measurer, name, side, 0.3, -0.5, 0.8);
				expect(along(gradient, subject), name).toBeCloseTo(expected, 12);
				expect(gradient.vertices, name).toHaveLength(measurer.landmarks[name][side].length);
			}
		}
	});

	it("are taken only when asked for, and sparse", () => {
		const subject = body(BODIES.child);
		expect(measureBody(measurer, subject, ["waist_girth"]).get("waist_girth")!.gradient).toBeNull();
		for (const { id, gradient } of measureBody(measurer, subject, undefined, { gradients: true }).values()) {
			expect(gradient!.vertices.length, id).toBeLessThan(1200);
		}
	});

	it("take milliseconds", () => {
		const subject = body(BODIES["average man"]);
		const times = { values: [] as number[], gradients: [] as number[] };
		for (let i = 0; i < 40; i++) {
			for (const kind of ["values", "gradients"] as const) {
				const start = performance.now();
				measureBody(measurer, subject, undefined, { gradients: kind === "gradients" });
				times[kind].push(performance.now() - start);
			}
		}
		const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1];
		console.log(`all: ${median(times.values).toFixed(1)} ms, with gradients ${median(times.gradients).toFixed(1)} ms`);
		expect(times.gradients[0]).toBeLessThan(100);
	});
});
