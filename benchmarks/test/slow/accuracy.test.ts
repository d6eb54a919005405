import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, type PhotoObservation } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import { beforeAll, describe, expect, test } from "vitest";
import {
	ACCURACY_SETTINGS,
	type AccuracyComparison,
	accuracyTable,
	CLOTHING,
	compareWithStated,
	GIRTHS,
	summarise,
} from "../../src/accuracy.js";
import { median } from "../../src/statistics.js";
import { loadSyntheticSubjects, observe, type SyntheticView } from "../../src/synthetic-subjects.js";

const subjects = loadSyntheticSubjects();

describe.skipIf(subjects === null)("rendered subjects with exact truth (28 photos of 12 people)", () => {
	const comparisons = new Map<string, AccuracyComparison>();
	const of = (name: string): AccuracyComparison => {
		const found = comparisons.get(name);
		if (!found) throw new Error(`There is no setting "${name}".`);
		return found;
	};
	beforeAll(async () => {
		if (!subjects) return;
		const vision = await openVision();
		const observations = new Map<SyntheticView, PhotoObservation>();
		for (const view of subjects.flatMap((s) => s.views)) observations.set(view, await observe(vision, view));
		await vision.close();
		const { data } = await openBodyModelData();
		const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
		for (const setting of ACCURACY_SETTINGS) {
			if (setting.name === "every photo") continue;
			comparisons.set(setting.name, compareWithStated(fitter, subjects, observations, setting));
		}
		console.log(accuracyTable([...comparisons.values()]));
	}, 1_500_000);

	test("projected joints lie within 2 % of stature of the truth (median)", () => {
		expect(median(of("front + side").photos.jointErrors)).toBeLessThan(0.02);
	});

	test("every stated stature is met within 5 mm and every stated weight within 2 kg", () => {
		for (const name of ["front", "front + side"]) {
			expect(Math.max(...of(name).photos.staturesMissed_mm)).toBeLessThan(5);
			expect(Math.max(...of(name).photos.massesMissed_kg)).toBeLessThan(2);
		}
	});

	test("every fit converges", () => {
		for (const { photos } of comparisons.values()) expect(photos.failed, photos.name).toBe(0);
	});

	test("no kind of input or clothing is worse than the body of the stated values alone", () => {
		for (const { photos, stated } of comparisons.values()) {
			for (const clothing of CLOTHING) {
				const [seen, blind] = [summarise(photos, clothing), summarise(stated, clothing)];
				expect(seen?.meanOfGirths_mm, `${photos.name}, ${clothing}`).toBeLessThan(blind?.meanOfGirths_mm ?? 0);
				expect(seen?.pve_mm, `${photos.name}, ${clothing}`).toBeLessThan(blind?.pve_mm ?? 0);
			}
		}
	});

	// A little above what was measured, against getting worse; what was aimed at stands in benchmarks/README.md.
	test.each([
		["front + side", "tight", 8, 17, 7],
		["front + side", "regular", 10, 17, 5],
		["front", "tight", 9.5, 18, 7],
	] as const)(
		"%s, %s clothes: girths, each of chest, waist and hip, and vertices",
		(name, clothing, mean_mm, trunk_mm, pve_mm) => {
			const seen = summarise(of(name).photos, clothing);
			expect(seen?.meanOfGirths_mm).toBeLessThan(mean_mm);
			expect(seen?.pve_mm).toBeLessThan(pve_mm);
			for (const id of ["chest_girth", "waist_girth", "hip_girth"] as const) {
				expect(seen?.girths_mm[GIRTHS.indexOf(id)], id).toBeLessThan(trunk_mm);
			}
		},
	);

	test("90 % intervals of fits with a stated weight hold 85 to 95 % of the truth", () => {
		for (const name of ["front", "front + side"]) {
			const { covered } = of(name).photos;
			const share = covered.filter(Boolean).length / covered.length;
			expect(share, name).toBeGreaterThan(0.85);
			expect(share, name).toBeLessThan(0.97);
		}
	});
});
