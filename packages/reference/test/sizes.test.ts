import { createRandom } from "@anny-fitter/math";
import { adviseSizes, bandProbabilities, customNumber, type SizeSystem } from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";

const cm = (value: number, sigma = 0.3) => ({ value: value / 100, sigma: sigma / 100 });

function advice(group: "women" | "men" | "children", system: SizeSystem, facts: Parameters<typeof adviseSizes>[1]) {
	const found = adviseSizes(group, facts).advice.find((item) => item.system === system);
	if (found === undefined) throw new Error(`no advice for ${system}`);
	return found;
}

describe("bandProbabilities", () => {
	it("splits a value on an edge in halves", () => {
		const bands = [
			{ code: "a", low: 0, high: 10 },
			{ code: "b", low: 10, high: 20 },
		];
		const [a, b] = bandProbabilities({ value: 10, sigma: 1 }, bands);
		expect(a.probability).toBeCloseTo(0.5, 10);
		expect(b.probability).toBeCloseTo(0.5, 10);
		expect(bandProbabilities({ value: 10, sigma: 0 }, bands).map((band) => band.probability)).toEqual([0, 1]);
	});
});

describe("size charts", () => {
	// Published examples: a dress of 88–72–96 is the German 38; a chest of 100 is a man's 50; letters of EN 13402-3.
	it("88–72–96 is one size, and the German 38", () => {
		const report = adviseSizes("women", { chest_girth: cm(88), waist_girth: cm(72), hip_girth: cm(96) });
		expect(report.combined).toMatchObject({ codes: ["88", "72", "96"], spread: 0 });
		expect(report.combined?.probability).toBeGreaterThan(0.99);
		expect(report.advice.find((item) => item.system === "chest")?.best).toMatchObject({ code: "88", customNumber: 38 });
		expect(customNumber("men", 100)).toBe(50);
		expect([104, 110, 128, 134].map((size) => customNumber("women", size))).toEqual([46, 48, 54, null]);
	});

	it.each([
		["men", 90, "S"],
		["men", 98, "M"],
		["men", 106, "L"],
		["men", 117, "XL"],
		["men", 128, "XXL"],
		["women", 86, "S"],
		["women", 94, "M"],
		["women", 102, "L"],
		["women", 113, "XL"],
		["women", 130, "XXL"],
	] as const)("%s with %s cm wear %s", (group, girth, letter) => {
		expect(advice(group, "letter", { chest_girth: cm(girth) }).best?.code).toBe(letter);
	});

	it("the edges of large sizes are those of the published ranges", () => {
		// Men 120: 118–123, women's bust 104: 102–107, women's waist 88: 86–91.
		for (const [group, system, dimension, code, low, high] of [
			["men", "chest", "chest_girth", "120", 1.18, 1.23],
			["women", "chest", "chest_girth", "104", 1.02, 1.07],
			["women", "waist", "waist_girth", "88", 0.86, 0.91],
			["children", "height", "stature", "116", 1.13, 1.19],
		] as const) {
			const { best } = advice(group, system, { [dimension]: { value: (low + high) / 2, sigma: 0.001 } });
			expect(best).toMatchObject({ code });
			expect(best?.low).toBeCloseTo(low, 10);
			expect(best?.high).toBeCloseTo(high, 10);
		}
	});

	it("collars go by centimetres, trousers by inches", () => {
		expect(advice("men", "collar", { neck_girth: cm(38.9, 0.1) }).best?.code).toBe("39");
		expect(advice("men", "trouser_waist_inches", { waist_girth: cm(81.3) }).best?.code).toBe("W32");
		expect(advice("men", "trouser_leg_inches", { inside_leg_height: cm(83.8) }).best?.code).toBe("L32");
	});
});

describe("uncertain bodies", () => {
	it("near an edge both neighbours are told", () => {
		const { best, likely, sizes, outside } = advice("men", "letter", { chest_girth: cm(101.5, 2) });
		expect(best?.code).toBe("M");
		expect(likely.map((size) => size.code)).toEqual(["M", "L"]);
		expect(likely.reduce((sum, size) => sum + size.probability, 0)).toBeGreaterThan(0.99);
		expect(sizes.map((size) => size.code)).toEqual(["M", "L"]);
		expect(outside).toBeCloseTo(0, 10);
	});

	it("in the middle of a wide band one is enough", () => {
		expect(advice("men", "letter", { chest_girth: cm(98, 1) }).likely.map((size) => size.code)).toEqual(["M"]);
	});

	it("a large error leaves a run of sizes", () => {
		const { likely } = advice("men", "collar", { neck_girth: cm(39, 1.5) });
		expect(likely.map((size) => size.code)).toEqual(["37", "38", "39", "40", "41"]);
	});

	it("probabilities fall where the error grows, and combine as a product", () => {
		const sure = adviseSizes("women", { chest_girth: cm(88, 0.5), waist_girth: cm(72, 0.5), hip_girth: cm(96, 0.5) });
		const unsure = adviseSizes("women", { chest_girth: cm(88, 2), waist_girth: cm(72, 2), hip_girth: cm(96, 2) });
		expect(sure.combined?.probability).toBeGreaterThan(0.99);
		// 2 cm beside bands of ± 2 cm: 68.3 % each.
		expect(unsure.combined?.probability).toBeCloseTo(0.6827 ** 3, 3);
	});

	it("outside the chart there is no size, and what was not measured is asked for", () => {
		const { best, likely, outside } = advice("men", "letter", { chest_girth: cm(60, 1) });
		expect(best).toBeNull();
		expect(likely).toEqual([]);
		expect(outside).toBeCloseTo(1, 6);
		const report = adviseSizes("men", { chest_girth: cm(100) });
		expect(report.missing).toEqual(["waist_girth", "neck_girth", "inside_leg_height"]);
		expect(report.combined).toBeNull();
		expect(adviseSizes("children", { stature: cm(118) }).advice[0].best?.code).toBe("116");
		expect(() => adviseSizes("men", { chest_girth: cm(-1) })).toThrow(RangeError);
	});
});

describe("one size across several dimensions", () => {
	const facts = { chest_girth: cm(89, 2.5), waist_girth: cm(73, 2.2), hip_girth: cm(97, 2) };
	/** Correlations of chest–waist, chest–hip and waist–hip. */
	const correlationOf =
		([cw, ch, wh]: readonly [number, number, number]) =>
		(a: string, b: string): number => {
			const both = [a, b].sort().join();
			return both === "chest_girth,waist_girth" ? cw : both === "chest_girth,hip_girth" ? ch : wh;
		};

	it.each([[[0, 0, 0]], [[0.5, 0.5, 0.5]], [[0.9, 0.7, 0.6]], [[-0.5, 0.3, 0.2]], [[0.97, 0.9, 0.95]]] as const)(
		"is as likely as drawn bodies say when errors correlate by %j",
		(correlations) => {
			const { combined } = adviseSizes("women", facts, correlationOf(correlations));
			if (combined === null) throw new Error("no combined size");
			const [cw, ch, wh] = correlations;
			const x = (wh - cw * ch) / Math.sqrt(1 - cw * cw);
			const random = createRandom(7);
			const bodies = Array.from({ length: 100_000 }, () => {
				const [u, v, w] = [random.normal(), random.normal(), random.normal()];
				const hip = ch * u + x * v + Math.sqrt(1 - ch * ch - x * x) * w;
				return [89 + 2.5 * u, 73 + 2.2 * (cw * u + Math.sqrt(1 - cw * cw) * v), 97 + 2 * hip] as const;
			});
			const shareOf = (codes: readonly string[]): number => {
				const systems = ["chest", "waist", "hip"] as const;
				const bands = systems.map((system, i) =>
					advice("women", system, facts).sizes.find((size) => size.code === codes[i]),
				);
				const inside = bodies.filter((body) =>
					bands.every((band, i) => band !== undefined && body[i] / 100 >= band.low && body[i] / 100 < band.high),
				);
				return inside.length / bodies.length;
			};
			// Three standard deviations of the draw.
			expect(Math.abs(shareOf(combined.codes) - combined.probability)).toBeLessThan(0.005);
			expect(combined.isJoint).toBe(true);
			// No other combination is drawn more often.
			for (const codes of [
				["88", "72", "96"],
				["88", "72", "100"],
				["92", "76", "100"],
				["88", "76", "96"],
				["92", "72", "96"],
			]) {
				expect(shareOf(codes)).toBeLessThan(combined.probability + 0.005);
			}
		},
	);

	it("takes errors for independent when nothing is known of them, and says so", () => {
		const apart = adviseSizes("women", facts).combined;
		const zero = adviseSizes("women", facts, () => 0).combined;
		expect(apart).toMatchObject({ codes: zero?.codes, isJoint: false });
		expect(apart?.probability).toBeCloseTo(zero?.probability ?? Number.NaN, 6);
		// Girths that are wrong together are right together, too.
		expect(adviseSizes("women", facts, () => 0.8).combined?.probability).toBeGreaterThan(
			1.2 * (apart?.probability ?? 1),
		);
	});

	it("without errors nothing is uncertain, whatever the correlation", () => {
		const exact = { chest_girth: cm(100, 0), waist_girth: cm(88, 0) };
		expect(adviseSizes("men", exact, () => 0.9).combined).toMatchObject({ probability: 1, isJoint: false });
	});

	it("refuses correlations that no errors have", () => {
		expect(() => adviseSizes("women", facts, correlationOf([0.9, 0.9, -0.9]))).toThrow(RangeError);
	});
});
