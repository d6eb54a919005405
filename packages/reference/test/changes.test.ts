import { createRandom } from "@anny-fitter/math";
import {
	type ComparableBody,
	compareBodies,
	type EstimatePair,
	falseDiscoveryRates,
	judgeChanges,
	SHARED_ERROR_CORRELATION,
} from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";

const pair = (difference: number, sigma = 1, correlation = 0): EstimatePair => ({
	a: { value: 10, sigma },
	b: { value: 10 + difference, sigma },
	correlation,
});
/** σ of the difference that {@link pair} has. */
const SQRT2 = Math.sqrt(2);

describe("judgeChanges", () => {
	it("finds nothing between equal values, however exact they are", () => {
		for (const sigma of [0, 1e-6, 1]) {
			expect(judgeChanges([pair(0, sigma)])[0]).toMatchObject({
				difference: 0,
				probability: 0.5,
				verdict: "not_shown",
			});
		}
	});

	it("finds a change of three standard deviations, and one without error", () => {
		const [change] = judgeChanges([pair(3 * SQRT2)]);
		expect(change?.sigma).toBeCloseTo(SQRT2, 12);
		expect(change?.probability).toBeCloseTo(0.99865, 5);
		expect(change?.falseDiscoveryRate).toBeCloseTo(0.0027, 4);
		expect(change?.verdict).toBe("changed");
		expect(judgeChanges([pair(1e-9, 0)])[0]).toMatchObject({
			probability: 1,
			falseDiscoveryRate: 0,
			verdict: "changed",
		});
	});

	it("says in which direction only by the difference's sign", () => {
		const [up, down] = judgeChanges([pair(4), pair(-4)]);
		expect(down?.difference).toBe(-4);
		expect(down?.probability).toBe(up?.probability);
		expect(down?.verdict).toBe(up?.verdict);
	});

	it("lets shared errors cancel", () => {
		const [independent, half, whole] = judgeChanges([pair(1, 1, 0), pair(1, 1, 0.5), pair(1, 1, 1)]);
		expect(independent?.sigma).toBeCloseTo(SQRT2, 12);
		expect(half?.sigma).toBeCloseTo(1, 12);
		expect(whole?.sigma).toBe(0);
	});

	it("calls unclear what stands out alone, but not among many", () => {
		expect(judgeChanges([pair(2 * SQRT2)])[0]?.verdict).toBe("changed");
		expect(judgeChanges([pair(1.8 * SQRT2)])[0]?.verdict).toBe("unclear");
		const among = [pair(2 * SQRT2), ...Array.from({ length: 48 }, () => pair(0.3))];
		expect(judgeChanges(among)[0]?.verdict).toBe("unclear");
		// Where much has changed, a small change is believed sooner.
		const withMany = [pair(2.2 * SQRT2), ...Array.from({ length: 40 }, () => pair(6))];
		expect(judgeChanges(withMany)[0]?.verdict).toBe("changed");
	});

	it("spends the error budget where the weights say", () => {
		const others = Array.from({ length: 47 }, () => ({ ...pair(0.3), weight: 1 / 47 }));
		const stated = [pair(3 * SQRT2), pair(0)].map((one) => ({ ...one, weight: 1 / 2 }));
		expect(judgeChanges([...stated, ...others])[0]?.verdict).toBe("changed");
		expect(judgeChanges([pair(3 * SQRT2), pair(0), ...others.map(() => pair(0.3))])[0]?.verdict).toBe("unclear");
		expect(() => judgeChanges([{ ...pair(1), weight: 0 }])).toThrow(RangeError);
	});

	it("refuses what is no estimate", () => {
		expect(() => judgeChanges([pair(1, -1)])).toThrow(RangeError);
		expect(() => judgeChanges([pair(Number.NaN)])).toThrow(RangeError);
		expect(() => judgeChanges([pair(1, 1, 1.1)])).toThrow(RangeError);
	});
});

describe("falseDiscoveryRates", () => {
	it("equal the adjusted p values of R's p.adjust(…, 'BH')", () => {
		const p = [0.01, 0.02, 0.03, 0.04, 0.05];
		expect(falseDiscoveryRates(p)).toEqual([0.05, 0.05, 0.05, 0.05, 0.05].map((rate) => expect.closeTo(rate, 12)));
		expect(falseDiscoveryRates([0.04, 0.001, 0.5])).toEqual([0.06, 0.003, 0.5].map((rate) => expect.closeTo(rate, 12)));
		expect(falseDiscoveryRates([])).toEqual([]);
	});
});

/** Measurements of two fits of one person, whose errors share a part from fit to fit and go together among measurements. */
function retakes(seed: number, shared: number, together: number, change: readonly number[]): EstimatePair[] {
	const random = createRandom(seed);
	const errors = (): number[] => {
		const common = random.normal();
		return change.map(() => Math.sqrt(together) * common + Math.sqrt(1 - together) * random.normal());
	};
	const [person, first, second] = [errors(), errors(), errors()];
	const at = (own: readonly number[], i: number): number =>
		Math.sqrt(shared) * (person[i] as number) + Math.sqrt(1 - shared) * (own[i] as number);
	return change.map((by, i) => ({
		a: { value: 100 + at(first, i), sigma: 1 },
		b: { value: 100 + by + at(second, i), sigma: 1 },
		correlation: shared,
		// As for two stated quantities among all.
		weight: i < 2 ? 1 / 2 : 1 / (change.length - 2),
	}));
}

describe.each([0, 0.5, 0.9])("of 49 quantities whose errors go together by %s", (together) => {
	const RUNS = 1000;
	const count = 49;

	it.each([0, 0.5])(
		"a comparison without changes calls something changed at most once in twenty times (shared %s)",
		(shared) => {
			let alarms = 0;
			let alone = 0;
			for (let seed = 0; seed < RUNS; seed++) {
				const changes = judgeChanges(
					retakes(
						seed,
						shared,
						together,
						Array.from({ length: count }, () => 0),
					),
				);
				if (changes.some(({ verdict }) => verdict === "changed")) alarms++;
				alone += changes.filter(({ probability }) => probability >= 0.975).length;
			}
			// Three standard deviations of the simulation above 5 %.
			expect(alarms / RUNS).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS));
			// The single probabilities are what they say: beyond 97.5 % in either direction once in twenty.
			expect(alone / (RUNS * count)).toBeCloseTo(0.05, 1.7);
		},
	);

	it("at most 5 % of what is called changed is noise, and most of what changed is found", () => {
		const truth = Array.from({ length: count }, (_, i) => (i < 12 ? 5 * SQRT2 * (i % 2 === 0 ? 1 : -1) : 0));
		let noise = 0;
		let found = 0;
		for (let seed = 0; seed < RUNS; seed++) {
			const called = judgeChanges(retakes(seed, 0, together, truth)).flatMap(({ verdict }, i) =>
				verdict === "changed" ? [i] : [],
			);
			const wrong = called.filter((i) => truth[i] === 0).length;
			noise += called.length === 0 ? 0 : wrong / called.length;
			found += (called.length - wrong) / 12;
		}
		expect(noise / RUNS).toBeLessThan(0.05);
		expect(found / RUNS).toBeGreaterThan(0.95);
	});
});

describe("compareBodies", () => {
	const body = (values_cm: Readonly<Record<string, number>>, given: Partial<ComparableBody> = {}): ComparableBody => ({
		measurements: Object.fromEntries(
			Object.entries(values_cm).map(([id, value]) => [
				id,
				{
					value_m: value / 100,
					sigma_m: id === "stature" ? 0.002 : 0.01,
					sources: id === "stature" ? ["stated"] : ["landmarks", "silhouette", "prior"],
					definition: { version: 1 },
				},
			]),
		),
		mass_kg: 30,
		mass_sigma_kg: 0.3,
		stated: { stature_m: 1.3, weight_kg: 30, age_years: 9, sex: "female" },
		model_data: { source: "npm", detail: "1.0.0", topology_hash: "abc" },
		...given,
	});
	const child = { stature: 130, waist_girth: 57, hip_girth: 68, head_girth: 52 };

	it("finds nothing between a body and itself", () => {
		const { measurements, mass, notCompared } = compareBodies(body(child), body(child), true);
		expect([...measurements.keys()]).toEqual(Object.keys(child));
		for (const change of [...measurements.values(), mass]) {
			expect(change).toMatchObject({ difference: 0, probability: 0.5, verdict: "not_shown" });
		}
		expect(notCompared.size).toBe(0);
	});

	it("sees a child grow, but not its head", () => {
		const grown = body({ stature: 137, waist_girth: 60.5, hip_girth: 73, head_girth: 52.4 }, { mass_kg: 35 });
		const { measurements, mass } = compareBodies(body(child), grown, true);
		const verdicts = Object.fromEntries([...measurements].map(([id, { verdict }]) => [id, verdict]));
		expect(verdicts).toEqual({
			stature: "changed",
			waist_girth: "changed",
			hip_girth: "changed",
			head_girth: "not_shown",
		});
		expect(mass).toMatchObject({ difference: 5, verdict: "changed" });
	});

	it("takes errors for shared only in one person, with the same evidence and the same facts stated", () => {
		const waist = (b: ComparableBody, isSamePerson = true) =>
			compareBodies(body(child), b, isSamePerson).measurements.get("waist_girth")?.correlation;
		const mesh = body(child).measurements.waist_girth;
		if (mesh === undefined) throw new Error("no waist");
		const scanned = { ...body(child).measurements, waist_girth: { ...mesh, sources: ["mesh"] } };
		expect(waist(body(child))).toBe(SHARED_ERROR_CORRELATION.photos);
		expect(waist(body(child), false)).toBe(0);
		expect(waist(body(child, { measurements: scanned }))).toBe(0);
		expect(waist(body(child, { stated: { stature_m: 1.3, age_years: 9, sex: "female" } }))).toBe(0);
		expect(waist(body(child, { stated: { ...body(child).stated, sex: "male" } }))).toBe(0);
		const byBirth = { stature_m: 1.3, weight_kg: 31, date_of_birth: "2016-04-23", sex: "female" };
		expect(waist(body(child, { stated: byBirth }))).toBe(SHARED_ERROR_CORRELATION.photos);
		expect(compareBodies(body(child), body(child), true).measurements.get("stature")?.correlation).toBe(0);
	});

	it("says what it does not compare, and why", () => {
		const newer = body(child);
		const hip = newer.measurements.hip_girth;
		if (hip === undefined) throw new Error("no hip");
		const { head_girth: _, ...rest } = newer.measurements;
		const b = { ...newer, measurements: { ...rest, hip_girth: { ...hip, definition: { version: 2 } } } };
		const { measurements, notCompared } = compareBodies(body(child), b, true);
		expect([...measurements.keys()]).toEqual(["stature", "waist_girth"]);
		expect(Object.fromEntries(notCompared)).toEqual({ hip_girth: "other_definition", head_girth: "missing" });
		for (const model_data of [
			{ source: "official", detail: "1.0.0", topology_hash: "abc" },
			{ source: "npm", detail: "2.0.0", topology_hash: "abc" },
			{ source: "npm", detail: "1.0.0", topology_hash: "def" },
		]) {
			const other = compareBodies(body(child), body(child, { model_data }), true);
			expect(other.measurements.size).toBe(0);
			expect(other.mass).toBeNull();
			expect(other.notCompared.get("waist_girth")).toBe("other_body_data");
			expect(other.notCompared.get("mass")).toBe("other_body_data");
		}
	});
});
