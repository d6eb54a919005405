import { describe, expect, it } from "vitest";
import { assessPerson } from "../src/assess-person.js";
import type { HolisticResult } from "../src/holistic.js";
import { BODY_STRIDE } from "../src/pose-landmarks.js";

const WIDTH = 600;
const HEIGHT = 1000;

/** Heights of the 33 landmarks of a standing person, in pixels of a 1000-pixel image. */
const HEIGHTS = [
	...[150, 140, 140, 140, 140, 140, 140, 145, 145, 165, 165],
	...[240, 240, 350, 350, 450, 450, 490, 490, 490, 490, 475, 475],
	...[480, 480, 670, 670, 850, 850, 870, 870, 880, 880],
];

function standing(change: (body: Float64Array, mask: Float32Array) => void = () => undefined): HolisticResult {
	const body = new Float64Array(33 * BODY_STRIDE);
	HEIGHTS.forEach((y, i) => {
		const side = i === 0 ? 0 : i % 2 === 1 ? 1 : -1;
		body.set([300 + side * (i < 11 ? 15 : 60), y, 0, 0.95, 0.99], i * BODY_STRIDE);
	});
	const mask = new Float32Array(WIDTH * HEIGHT);
	change(body, mask);
	return {
		imageWidth: WIDTH,
		imageHeight: HEIGHT,
		body,
		bodyWorld: new Float64Array(99),
		bodyScore: 0.99,
		face: null,
		leftHand: null,
		rightHand: null,
		leftHandWorld: null,
		rightHandWorld: null,
		mask,
		maskPixel_px: 4,
		people: [{ score: 0.95, box_px: [0, 0, WIDTH, HEIGHT], prominence: 1 }],
	};
}

/** Cut the image so that everything below a height is outside and has no presence. */
const cutBelow = (limit: number) =>
	standing((body) => {
		for (let i = 0; i < 33; i++) {
			const at = i * BODY_STRIDE;
			if (body[at + 1] <= limit) continue;
			body[at + 1] += HEIGHT;
			body[at + 4] = 0.05;
		}
	});

describe("assessPerson", () => {
	it("accepts a whole person without warnings", () => {
		expect(assessPerson(standing())).toEqual({ usable: true, warnings: [] });
	});

	it("accepts a side view with one hidden side", () => {
		const result = standing((body) => {
			for (let i = 11; i < 33; i += 2) body[i * BODY_STRIDE + 3] = 0.05;
		});
		expect(assessPerson(result)).toEqual({ usable: true, warnings: [] });
	});

	it("reports an empty photo", () => {
		const empty = { ...standing(), body: new Float64Array(0), people: [] };
		expect(assessPerson(empty)).toMatchObject({ usable: false, code: "no_person" });
	});

	it("reports a face only", () => {
		expect(assessPerson(cutBelow(200))).toMatchObject({
			usable: false,
			code: "body_not_visible",
			message: "The photo shows only a face.",
		});
	});

	it.each([
		[260, "The photo does not show the person's hips, knees and feet."],
		[600, "The photo does not show the person's knees and feet."],
		[800, "The photo does not show the person's feet."],
	])("names what is missing when everything below %i is cut off", (limit, message) => {
		expect(assessPerson(cutBelow(limit))).toMatchObject({ usable: false, code: "body_not_visible", message });
	});

	it("does not trust confident landmarks outside the frame", () => {
		const result = standing((body) => {
			for (const i of [27, 28, 29, 30, 31, 32]) body[i * BODY_STRIDE + 1] = HEIGHT * 1.1;
		});
		expect(assessPerson(result)).toMatchObject({
			usable: false,
			message: "The photo does not show the person's feet.",
		});
	});

	it("reports a missing head", () => {
		const result = standing((body) => {
			for (let i = 0; i < 11; i++) body[i * BODY_STRIDE + 1] = -20;
		});
		expect(assessPerson(result)).toMatchObject({
			usable: false,
			message: "The photo does not show the person's head.",
		});
	});

	it("only warns about toes, one foot, a hand and the crown", () => {
		const toes = standing((body) => {
			for (const i of [29, 30, 31, 32]) body[i * BODY_STRIDE + 4] = 0.1;
		});
		expect(assessPerson(toes)).toEqual({ usable: true, warnings: ["The feet are cut off."] });
		const foot = standing((body) => {
			body[31 * BODY_STRIDE + 4] = 0.1;
		});
		expect(assessPerson(foot)).toEqual({ usable: true, warnings: ["The left foot is not fully inside the photo."] });
		const hand = standing((body) => {
			body[20 * BODY_STRIDE] = -50;
		});
		expect(assessPerson(hand)).toEqual({ usable: true, warnings: ["The right hand is not fully inside the photo."] });
		const crown = standing((body, mask) => {
			for (let i = 0; i < 11; i++) body[i * BODY_STRIDE + 1] -= 110;
			mask[300] = 0.9;
		});
		expect(assessPerson(crown)).toMatchObject({ usable: true, warnings: [expect.stringContaining("top of the head")] });
	});

	it("refuses rivals and only warns about bystanders", () => {
		const other = (prominence: number) => ({
			...standing(),
			people: [...standing().people, { score: 0.9, box_px: [0, 0, 100, 100] as const, prominence }],
		});
		expect(assessPerson(other(0.85))).toMatchObject({
			usable: false,
			code: "several_people",
			message: "The photo shows 2 equally prominent people.",
		});
		expect(assessPerson(other(0.4))).toMatchObject({
			usable: true,
			warnings: [expect.stringContaining("Another person")],
		});
	});

	it("warns when the person is small", () => {
		const small = standing((body) => {
			for (let i = 0; i < 33; i++) body[i * BODY_STRIDE + 1] /= 6;
		});
		expect(assessPerson(small)).toMatchObject({ usable: true, warnings: [expect.stringContaining("pixels tall")] });
	});
});
