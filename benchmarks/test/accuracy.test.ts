import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, type PhotoObservation } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import { beforeAll, describe, expect, test } from "vitest";
import { type AccuracyRow, accuracyTable, measureAccuracy } from "../src/accuracy.js";
import { median } from "../src/statistics.js";
import { loadSyntheticSubjects, observe, type SyntheticView, statedTruth } from "../src/synthetic-subjects.js";

const subjects = loadSyntheticSubjects();

describe.skipIf(subjects === null)("rendered subjects with exact truth (28 photos of 12 people)", () => {
	let photos: AccuracyRow;
	let stated: AccuracyRow;
	beforeAll(async () => {
		if (!subjects) return;
		const vision = await openVision();
		const observations = new Map<SyntheticView, PhotoObservation>();
		for (const view of subjects.flatMap((s) => s.views)) observations.set(view, await observe(vision, view));
		await vision.close();
		const { data } = await openBodyModelData();
		const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
		const measure = (name: string, views: (view: SyntheticView) => boolean): AccuracyRow =>
			measureAccuracy(fitter, subjects, observations, { name, views, stated: statedTruth });
		stated = measure("stated values, no photo", () => false);
		photos = measure("every photo", () => true);
		console.log(accuracyTable([stated, photos]));
	}, 300_000);

	test("projected joints lie within 2 % of stature of the truth (median)", () => {
		expect(median(photos.jointErrors)).toBeLessThan(0.02);
	});

	test("every stated stature is met within 5 mm and every stated weight within 2 kg", () => {
		expect(Math.max(...photos.staturesMissed_mm)).toBeLessThan(5);
		expect(Math.max(...photos.massesMissed_kg)).toBeLessThan(2);
	});

	test("every fit converges, and photos improve on the stated values", () => {
		expect(photos.failed).toBe(0);
		const error = (row: AccuracyRow): number => {
			const all = row.girthErrors_mm.flat().map(Math.abs);
			return all.reduce((s, v) => s + v, 0) / all.length;
		};
		expect(error(photos)).toBeLessThan(error(stated));
	});
});
