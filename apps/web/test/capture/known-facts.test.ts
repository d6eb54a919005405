import { describe, expect, it } from "vitest";
import { judgePhoto } from "../../src/features/capture/inspect-photo.js";
import { newLastingFacts } from "../../src/features/capture/lasting-facts.js";
import { knownFacts } from "../../src/features/capture/prefill.js";
import { SAMPLES, sampleFrame } from "../pose/sample-bodies.js";

const TODAY = new Date("2026-06-15T12:00:00Z");
const ADULT = { date_of_birth: "1990-04-23", gender: "female" } as const;
const CHILD = { date_of_birth: "2016-04-23", gender: "male" } as const;
const last = (created_at: string, stated: object) => ({ created_at, stated: stated as never });

describe("newLastingFacts", () => {
	const told = { ageBy: "birth", date_of_birth: "1991-04-23", sex: "female" } as const;

	it("are what the person's record lacks or has otherwise", () => {
		expect(newLastingFacts(told, { date_of_birth: null, gender: null })).toEqual({
			date_of_birth: "1991-04-23",
			gender: "female",
		});
		expect(newLastingFacts(told, ADULT)).toEqual({ date_of_birth: "1991-04-23" });
		expect(newLastingFacts({ ...told, date_of_birth: ADULT.date_of_birth }, ADULT)).toEqual({});
	});

	it("are neither an age in years nor what was not told, and no other gender is overwritten", () => {
		expect(newLastingFacts({ ...told, ageBy: "years" }, { date_of_birth: null, gender: "other" })).toEqual({});
		expect(newLastingFacts({ ageBy: "birth", date_of_birth: "", sex: "unspecified" }, ADULT)).toEqual({});
	});
});

describe("knownFacts", () => {
	it("takes birth and sex from the person", () => {
		expect(knownFacts(ADULT, null, TODAY)).toMatchObject({
			date_of_birth: "1990-04-23",
			sex: "female",
			stature_m: null,
		});
		expect(knownFacts({ date_of_birth: null, gender: "other" }, null, TODAY)).toMatchObject({
			date_of_birth: "",
			sex: "unspecified",
		});
	});

	it("keeps an adult's height, and a weight only while it is fresh", () => {
		const stated = { stature_m: 1.724, weight_kg: 71 };
		expect(knownFacts(ADULT, last("2026-06-01T00:00:00Z", stated), TODAY)).toMatchObject(stated);
		expect(knownFacts(ADULT, last("2025-06-01T00:00:00Z", stated), TODAY)).toMatchObject({
			stature_m: 1.724,
			weight_kg: null,
		});
	});

	it("lets children grow", () => {
		const stated = { stature_m: 1.32, weight_kg: 32.4 };
		expect(knownFacts(CHILD, last("2026-06-01T00:00:00Z", stated), TODAY)).toMatchObject(stated);
		expect(knownFacts(CHILD, last("2026-01-01T00:00:00Z", stated), TODAY)).toMatchObject({
			stature_m: null,
			weight_kg: null,
		});
	});

	it("counts on from a stated age", () => {
		const known = knownFacts(
			{ date_of_birth: null, gender: null },
			last("2024-06-01T00:00:00Z", { age_years: 33 }),
			TODAY,
		);
		expect(known).toMatchObject({ ageBy: "years", age_years: 35 });
	});
});

describe("judgePhoto", () => {
	it("finds the view and nothing wrong in the samples", () => {
		for (const name of SAMPLES) {
			expect(judgePhoto(sampleFrame(name), 2.5)).toEqual({
				label: name.endsWith("front") ? "front" : "side",
				concern: null,
			});
		}
	});

	it("names what the server would refuse", () => {
		const frame = sampleFrame("woman-front");
		expect(judgePhoto({ ...frame, body: null }, 1).concern).toBe("no_person");
		expect(judgePhoto({ ...frame, peopleCount: 2 }, 1).concern).toBe("several_people");
		expect(judgePhoto(frame, 0.3).concern).toBe("image_too_small");
		expect(judgePhoto({ ...frame, light: { mean: 0.05, dark: 0.8, bright: 0 } }, 1).concern).toBe("too_dark");
		const cut = sampleFrame("woman-front", (landmarks) => {
			for (let at = 1; at < landmarks.length; at += 5) landmarks[at]! += 100;
		});
		expect(judgePhoto(cut, 1).concern).toBe("body_not_visible");
	});
});
