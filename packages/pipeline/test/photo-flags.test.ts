import type { ViewLabel } from "@anny-fitter/contracts";
import { PHOTO_ADVICE, type PhotoFlagCode, type PhotoObservation } from "@anny-fitter/fitting";
import { type BodyFitter, observePhoto, openBodyFitter } from "@anny-fitter/pipeline";
import { openVision, type Vision } from "@anny-fitter/vision";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	blurred,
	cropped,
	darkened,
	mirrored,
	overexposed,
	painted,
	rolled,
	sample,
	shrunk,
	throughLens,
	withBystander,
} from "./altered-photos.js";
import { armsDown, crouching, renderBody } from "./rendered-body.js";

const WOMAN = { stature_m: 1.7245, weight_kg: 70.95, age_years: 33, sex: "female" } as const;
const MAN = { stature_m: 1.798, weight_kg: 89.9, age_years: 52, sex: "male" } as const;
const GIRL = { stature_m: 1.32, weight_kg: 32.4, age_years: 9, sex: "female" } as const;
const MANNEQUIN = { stature_m: 1.65, weight_kg: 62, age_years: 33, sex: "female" } as const;

let vision: Vision;
let fitter: BodyFitter;
beforeAll(async () => {
	vision = await openVision();
	fitter = await openBodyFitter();
});
afterAll(() => vision.close());

const see = async (bytes: Uint8Array): Promise<PhotoObservation> =>
	(await observePhoto(vision, { bytes, name: "photo" })).observation;

function fit(
	observations: readonly PhotoObservation[],
	stated: typeof WOMAN | typeof MAN | typeof GIRL | typeof MANNEQUIN,
	labels: readonly (ViewLabel | null)[] = [],
) {
	const views = observations.map((observation, i) => ({ observation, name: "photo", label: labels[i] ?? null }));
	const steps = fitter.fitSteps({ views, stated, warnings: [], timings_ms: {} });
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value.document;
	}
}

/** Codes of the flags about photos, by photo. */
function photoCodes(document: ReturnType<typeof fit>): string[][] {
	return document.views.map((_, i) => document.quality.flags.filter(({ view }) => view === i).map(({ code }) => code));
}

const covered = new Set<string>();
function expectFlags(document: ReturnType<typeof fit>, wanted: readonly (readonly PhotoFlagCode[])[]): void {
	expect(photoCodes(document)).toEqual(wanted);
	for (const code of wanted.flat()) {
		covered.add(code);
		expect(document.quality.advice).toContain(PHOTO_ADVICE[code]);
	}
}

describe("photos as they should be", () => {
	test.each([
		["woman", WOMAN],
		["man", MAN],
		["girl", GIRL],
	] as const)("%s: nothing to say, and both views found", async (name, stated) => {
		const document = fit([await see(sample(`${name}-front`)), await see(sample(`${name}-side`))], stated);
		expect(document.quality).toMatchObject({ flags: [], advice: [], flagged_for_review: false });
		expect(document.views.map((v) => [v.direction, v.direction_source, v.shown_side])).toEqual([
			["front", "found", null],
			["side", "found", "right"],
		]);
	});

	test("a mirrored side view shows the left side", async () => {
		const document = fit([await see(sample("woman-front")), await see(await mirrored(sample("woman-side")))], WOMAN);
		expect(photoCodes(document)).toEqual([[], []]);
		expect(document.views[1]).toMatchObject({ direction: "side", shown_side: "left" });
	});

	test("a mannequin that stands with its arms away", async () => {
		expect(photoCodes(fit([await see(await renderBody(fitter.fitter, {}))], MANNEQUIN))).toEqual([[]]);
	});
});

describe("photos with one defect each", () => {
	const woman = sample("woman-front");
	const shirt = [92, 100, 112] as const;
	const hair = [42, 26, 16] as const;
	test.each<[string, PhotoFlagCode, () => Promise<Buffer>, PhotoFlagCode, () => Promise<Buffer>]>([
		[
			"feet and head cut off",
			"feet_cut_off",
			() => cropped(woman, "bottom", 0.12),
			"head_cut_off",
			() => cropped(woman, "top", 0.13),
		],
		[
			"an arm cut off, and a small picture",
			"arms_cut_off",
			() => cropped(woman, "left", 0.25),
			"small_person",
			() => shrunk(woman, 230),
		],
		[
			"too little and too much light",
			"photo_dark",
			() => darkened(woman, 0.2),
			"photo_bright",
			() => overexposed(woman, 4),
		],
		["blur, and a tilted camera", "photo_blurred", () => blurred(woman, 5), "camera_tilted", () => rolled(woman, 15)],
		[
			"a wide shirt, and long hair",
			"loose_clothing",
			() =>
				painted(woman, [
					{
						rgb: shirt,
						points: [
							[0.42, 0.27],
							[0.58, 0.28],
							[0.68, 0.55],
							[0.3, 0.55],
						],
					},
				]),
			"long_hair",
			() =>
				painted(woman, [
					{
						rgb: hair,
						points: [
							[0.44, 0.13],
							[0.37, 0.33],
							[0.46, 0.33],
							[0.47, 0.2],
						],
					},
					{
						rgb: hair,
						points: [
							[0.57, 0.13],
							[0.64, 0.33],
							[0.55, 0.33],
							[0.55, 0.2],
						],
					},
				]),
		],
	])("%s", async (_name, first, makeFirst, second, makeSecond) => {
		const document = fit([await see(await makeFirst()), await see(await makeSecond())], WOMAN);
		expectFlags(document, [[first], [second]]);
		for (const { view, message } of document.quality.flags) {
			if (view !== undefined) expect(message).toContain(`photo ${view + 1}`);
		}
		if (first === "loose_clothing") {
			const [low, high] = document.measurements.waist_girth?.interval90_m ?? [0, 0];
			expect(document.quality.flags[0]?.message).toContain(`waist is known to ±${Math.round(500 * (high - low))} mm`);
		}
	});

	test("a bystander; a wide-angle lens", async () => {
		const other = await see(await withBystander(woman, sample("girl-front"), 0.5));
		const wide = await see(await throughLens(woman, 13));
		const [first, second] = photoCodes(fit([other, wide], WOMAN));
		expect(first).toEqual(["other_people"]);
		// The body that such a lens would show is another one, so its outline does not fit either.
		expect(second).toContain("too_close");
		covered.add("other_people").add("too_close");
	});

	test("two people alike are refused", async () => {
		const pair = see(await withBystander(woman, sample("man-front"), 1));
		await expect(pair).rejects.toMatchObject({ code: "several_people" });
	});

	test("arms along the body; a deep knee bend", async () => {
		const arms = fit([await see(await renderBody(fitter.fitter, armsDown(0.75)))], MANNEQUIN);
		expectFlags(arms, [["arms_touch_torso"]]);
		expectFlags(fit([await see(await renderBody(fitter.fitter, crouching()))], MANNEQUIN), [["bent_pose"]]);
	});
});

describe("what perception saw amiss", () => {
	let front: PhotoObservation;
	let side: PhotoObservation;
	beforeAll(async () => {
		front = await see(sample("woman-front"));
		side = await see(sample("woman-side"));
	});

	test("hair seen over the back", () => {
		const regions = Uint8Array.from(side.regions ?? []);
		const [x, y] = [side.body[5 * 12] ?? 0, side.body[5 * 12 + 1] ?? 0];
		for (let row = Math.round(y); row < y + 140; row++)
			regions.fill(3, row * side.width_px + x - 90, row * side.width_px + x);
		expectFlags(fit([front, { ...side, regions }], WOMAN), [[], ["long_hair"]]);
	});

	test("no outline, and one of something else", () => {
		const { width_px, height_px } = front;
		const mask = Float32Array.from(front.mask ?? [], (value, i) => {
			const [x, y] = [(i % width_px) / width_px, Math.floor(i / width_px) / height_px];
			return x > 0.1 && x < 0.9 && y > 0.3 && y < 0.8 ? 1 : value;
		});
		const [first, second] = photoCodes(
			fit(
				[
					{ ...front, mask: null },
					{ ...front, mask },
				],
				WOMAN,
			),
		);
		expect(first).toEqual(["no_silhouette"]);
		expect(second).toContain("silhouette_mismatch");
		covered.add("no_silhouette").add("silhouette_mismatch");
	});

	test("landmarks hidden, and landmarks elsewhere", () => {
		const hidden = front.body.map((value, i) => (i % 5 === 3 && Math.floor(i / 5) % 3 !== 0 ? 0 : value));
		const scattered = front.body.map((value, i) => (i % 5 < 2 ? value + 150 * Math.sin(i * i) : value));
		const [first, second] = photoCodes(
			fit(
				[
					{ ...front, body: hidden },
					{ ...front, body: scattered },
				],
				WOMAN,
			),
		);
		expect(first).toContain("few_landmarks");
		expect(second).toContain("high_reprojection_error");
		covered.add("few_landmarks").add("high_reprojection_error");
	});

	test("swapped labels are told, right ones decide the direction", () => {
		const right = fit([front, side], WOMAN, ["front", "right"]);
		expect(photoCodes(right)).toEqual([[], []]);
		expect(right.views.map((v) => [v.label, v.direction, v.direction_source, v.shown_side])).toEqual([
			["front", "front", "stated", null],
			["right", "side", "stated", "right"],
		]);
		const swapped = fit([front, side], WOMAN, ["side", "left"]);
		expectFlags(swapped, [["view_label_differs"], ["view_label_differs"]]);
		expect(swapped.quality.flags.map(({ message }) => message)).toEqual([
			"The side view (photo 1) looks like a front view.",
			"The left view (photo 2) looks like a right view.",
		]);
		expect(swapped.views.map((v) => [v.direction, v.direction_source])).toEqual([
			["front", "found"],
			["side", "found"],
		]);
	});

	test("cues that disagree are told, and a stated view decides between them", () => {
		// World landmarks mirrored in depth: the torso turns the other way than nose and feet do.
		const bodyWorld = side.bodyWorld.map((value, i) => (i % 3 === 2 ? -value : value));
		const confused = { ...side, bodyWorld };
		const [first, second] = photoCodes(fit([front, confused], WOMAN));
		expect(first).toEqual([]);
		expect(second).toContain("view_uncertain");
		covered.add("view_uncertain");
		const told = fit([front, confused], WOMAN, [null, "right"]);
		expect(photoCodes(told)).toEqual([[], []]);
		expect(told.views[1]).toMatchObject({ direction: "side", direction_source: "stated", shown_side: "right" });
		expect(Math.abs((told.views[1]?.yaw_deg ?? 0) - 90)).toBeLessThan(15);
	});
});

test("every flag of a photo has been seen", () => {
	expect([...covered].sort()).toEqual(Object.keys(PHOTO_ADVICE).sort());
});
