import { createBodyModel } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { fitPhotos } from "../src/fit-photos.js";
import type { PhotoObservation } from "../src/observation.js";
import { createPhotoFitter, evaluateFitterShape, type PhotoFitter } from "../src/photo-fitter.js";
import { shapePrior } from "../src/shape-parameters.js";
import { startPose } from "../src/start-pose.js";
import {
	asStated,
	guessView,
	isViewLikely,
	shownSide,
	startYaws,
	viewDirection,
	withSidesOf,
} from "../src/view-direction.js";
import { photograph } from "./synthetic-person.js";

let fitter: PhotoFitter;
let shape: Float64Array;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	shape = shapePrior("female", 0.7, 0.01).mean.slice();
});

/** Synthetic body at a yaw; the face is found where the network finds faces. */
function see(yaw_deg: number, seed = 1): PhotoObservation {
	const { observation } = photograph(fitter, shape, createRandom(seed), (yaw_deg * Math.PI) / 180, 2);
	return { ...observation, faceSeen: Math.abs(yaw_deg) < 70 };
}

const degrees = (yaws: readonly number[]): number[] => yaws.map((yaw) => Math.round((yaw * 180) / Math.PI));
const apart = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180);

/** World landmarks turned about the vertical, as a confused network would give them. */
function turned(seen: PhotoObservation, by_deg: number): PhotoObservation {
	const [c, s] = [Math.cos((by_deg * Math.PI) / 180), Math.sin((by_deg * Math.PI) / 180)];
	const bodyWorld = seen.bodyWorld.slice();
	for (let i = 0; i < 33; i++) {
		const [x, z] = [seen.bodyWorld[3 * i], seen.bodyWorld[3 * i + 2]];
		bodyWorld[3 * i] = c * x - s * z;
		bodyWorld[3 * i + 2] = s * x + c * z;
	}
	return { ...seen, bodyWorld };
}

/** What a network gives that takes the back for the front: every left point is called right. */
function sidesConfused(seen: PhotoObservation): PhotoObservation {
	const swap = (values: Float64Array, stride: number): Float64Array => {
		const out = values.slice();
		const pairs = [1, 2, 3].map((i) => [i, i + 3]);
		for (let i = 7; i < 33; i += 2) pairs.push([i, i + 1]);
		for (const [a, b] of pairs as [number, number][]) {
			out.set(values.subarray(stride * b, stride * (b + 1)), stride * a);
			out.set(values.subarray(stride * a, stride * (a + 1)), stride * b);
		}
		return out;
	};
	return { ...seen, body: swap(seen.body, 5), bodyWorld: swap(seen.bodyWorld, 3) };
}

describe("names of views", () => {
	test.each([
		[0, "front", null],
		[-29, "front", null],
		[45, "three-quarter", "right"],
		[-90, "side", "left"],
		[90, "side", "right"],
		[-135, "three-quarter", "left"],
		[175, "back", null],
	] as const)("%i°: %s, showing %s", (yaw, direction, side) => {
		expect(viewDirection(yaw)).toBe(direction);
		expect(shownSide(yaw)).toBe(side);
	});

	test("left and right are side views that must show that side", () => {
		expect(isViewLikely("side", -80)).toBe(true);
		expect(isViewLikely("left", -80)).toBe(true);
		expect(isViewLikely("right", -80)).toBe(false);
		expect(isViewLikely("front", 170)).toBe(false);
	});
});

describe("two cues", () => {
	test.each([0, 20, -20, 45, -45, 90, -90, 135, -135, 160, 180])("agree on a body turned by %i°", (yaw) => {
		const seen = see(yaw);
		const guess = guessView(seen);
		expect(guess.isAgreed).toBe(true);
		expect(guess.confidence).toBeGreaterThan(0.6);
		expect(apart(guess.yaw_deg, yaw)).toBeLessThan(22);
		expect(startYaws(seen)).toHaveLength(1);
	});

	test("that disagree leave both for the fit to try", () => {
		const seen = turned(see(90), 180);
		const guess = guessView(seen);
		expect(guess).toMatchObject({ isAgreed: false });
		expect(guess.confidence).toBeLessThan(0.1);
		const [first, second, ...more] = degrees(startYaws(seen));
		expect(apart(first as number, -90)).toBeLessThan(15);
		expect(apart(second as number, 90)).toBeLessThan(15);
		expect(more).toEqual([]);
	});

	test("are doubted when the face says otherwise", () => {
		const confused = sidesConfused(see(180));
		expect(guessView(confused)).toMatchObject({ isAgreed: false, direction: "front" });
		const starts = degrees(startYaws(confused));
		expect(starts.some((yaw) => apart(yaw, 180) < 20)).toBe(true);
		// Without a look at the face nothing contradicts.
		expect(guessView({ ...confused, faceSeen: null }).isAgreed).toBe(true);
	});

	test("that have collapsed give a start nevertheless", () => {
		const heap = { body: new Float64Array(165), bodyWorld: new Float64Array(99), faceSeen: null };
		expect(guessView(heap)).toMatchObject({ confidence: 0, isAgreed: false });
		expect(startYaws(heap)).toEqual([0]);
		expect(degrees(startYaws(heap, "left"))).toEqual([-90]);
	});
});

describe("a stated view", () => {
	test("decides between cues that disagree", () => {
		const seen = turned(see(90), 180);
		expect(degrees(startYaws(seen, "right")).every((yaw) => apart(yaw, 90) < 15)).toBe(true);
		expect(degrees(startYaws(seen, "left")).every((yaw) => apart(yaw, -90) < 15)).toBe(true);
	});

	test("comes first when both cues contradict, and what they say second", () => {
		const [stated, seen] = degrees(startYaws(see(0), "back"));
		expect(apart(stated as number, 180)).toBeLessThan(1);
		expect(apart(seen as number, 0)).toBeLessThan(20);
	});

	test("changes nothing when the cues confirm it", () => {
		expect(startYaws(see(90), "side")).toEqual(startYaws(see(90)));
	});
});

describe("sides that a confused network has swapped", () => {
	test("are put right for the yaw, and left alone where they fit or cannot be told", () => {
		const truth = see(180);
		const corrected = withSidesOf(sidesConfused(truth), Math.PI);
		expect(corrected.body).toEqual(truth.body);
		expect(corrected.bodyWorld).toEqual(truth.bodyWorld);
		expect(withSidesOf(truth, Math.PI)).toBe(truth);
		const side = see(90);
		expect(withSidesOf(side, Math.PI / 2)).toBe(side);
	});

	test("and then give the fit of the right photo", () => {
		const truth = { ...see(180), mask: null };
		const corrected = withSidesOf(sidesConfused(truth), Math.PI);
		const stated = { stature_m: 1.65, mass_kg: 60, age_years: 30, sex: "female", measures_m: {} } as const;
		expect(fitPhotos(fitter, [corrected], stated).shape).toEqual(fitPhotos(fitter, [truth], stated).shape);
	});
});

describe("an observation as stated", () => {
	test("is put right where the cues disagree", () => {
		const side = see(90);
		const mirrored = { ...side, bodyWorld: side.bodyWorld.map((value, i) => (i % 3 === 2 ? -value : value)) };
		expect(asStated({ ...mirrored, statedView: "right" }).bodyWorld).toEqual(side.bodyWorld);
		const back = see(180);
		const corrected = asStated({ ...sidesConfused(back), statedView: "back" });
		expect(corrected.body).toEqual(back.body);
		expect(guessView(corrected)).toMatchObject({ direction: "back", isAgreed: true });
	});

	test("is left alone where the cues agree, and where nothing was stated", () => {
		const front: PhotoObservation = { ...see(0), statedView: "back" };
		expect(asStated(front)).toBe(front);
		const unsaid = turned(see(90), 180);
		expect(asStated(unsaid)).toBe(unsaid);
	});
});

describe("a start with a given yaw", () => {
	const yawOf = (rotation: Float64Array): number => Math.round((Math.atan2(-rotation[1], rotation[7]) * 180) / Math.PI);

	test.each([0, 90, -90, 180])("turns the body by %i° whatever the world landmarks say", (yaw) => {
		evaluateFitterShape(fitter, shape);
		const heads = new Float64Array(3 * fitter.articulation.bones.length);
		fitter.articulation.bones.forEach((bone, j) => {
			heads.set(fitter.shape.boneHeads.subarray(3 * bone, 3 * bone + 3), 3 * j);
		});
		for (const seen of [see(0), { ...see(0), bodyWorld: new Float64Array(99) }]) {
			const start = startPose(
				fitter.articulation,
				heads,
				seen.body,
				seen.bodyWorld,
				900,
				seen.width_px,
				seen.height_px,
				(yaw * Math.PI) / 180,
			);
			expect(apart(yawOf(start.rotation), yaw)).toBeLessThan(8);
			expect(start.translation[2]).toBeGreaterThan(0);
		}
	});
});
