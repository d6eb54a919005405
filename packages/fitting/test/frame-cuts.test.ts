import { describe, expect, test } from "vitest";
import { findArmContacts } from "../src/arm-contact.js";
import { findFrameCuts } from "../src/frame-cuts.js";

const WIDTH = 300;
const HEIGHT = 500;

/** A stick person's landmarks, facing the camera: the person's left is right in the picture. */
const POINTS: Readonly<Record<number, readonly [number, number]>> = {
	0: [150, 70],
	2: [157, 62],
	5: [143, 62],
	7: [165, 66],
	8: [135, 66],
	11: [185, 120],
	12: [115, 120],
	13: [220, 180],
	14: [80, 180],
	15: [245, 240],
	16: [55, 240],
	23: [170, 260],
	24: [130, 260],
	25: [172, 360],
	26: [128, 360],
	27: [172, 450],
	28: [128, 450],
	29: [172, 462],
	30: [128, 462],
	31: [178, 468],
	32: [122, 468],
};

interface Drawing {
	/** Moves landmarks and mask. */
	readonly dx?: number;
	readonly dy?: number;
	/** Cloth between the left arm and the trunk. */
	readonly isLeftArmClose?: boolean;
}

function draw({ dx = 0, dy = 0, isLeftArmClose = false }: Drawing = {}) {
	const body = new Float64Array(33 * 5);
	for (let i = 0; i < 33; i++) {
		const [x, y] = POINTS[i] ?? [150, 200];
		body.set([x + dx, y + dy, 0, 1, 1], 5 * i);
	}
	const mask = new Float32Array(WIDTH * HEIGHT);
	const fill = (x0: number, y0: number, x1: number, y1: number, half: number): void => {
		const steps = 2 * Math.ceil(Math.hypot(x1 - x0, y1 - y0));
		for (let s = 0; s <= steps; s++) {
			const cx = x0 + ((x1 - x0) * s) / steps + dx;
			const cy = y0 + ((y1 - y0) * s) / steps + dy;
			for (let y = Math.ceil(cy - half); y <= cy + half; y++) {
				for (let x = Math.ceil(cx - half); x <= cx + half; x++) {
					if (x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT) mask[y * WIDTH + x] = 1;
				}
			}
		}
	};
	fill(150, 50, 150, 100, 20);
	fill(150, 125, 150, 250, 30);
	for (const [a, b, half] of [
		[11, 13, 9],
		[13, 15, 7],
		[12, 14, 9],
		[14, 16, 7],
		[23, 27, 16],
		[24, 28, 16],
	] as const) {
		const [[x0, y0], [x1, y1]] = [POINTS[a] as [number, number], POINTS[b] as [number, number]];
		fill(x0, y0, x1, y1, half);
	}
	if (isLeftArmClose) fill(205, 150, 205, 245, 35);
	return { width_px: WIDTH, height_px: HEIGHT, body, mask };
}

describe("what the frame cuts off", () => {
	test("nothing of a person with room around", () => {
		expect(findFrameCuts(draw())).toEqual({
			borders: [],
			outside: [],
			isHeadCut: false,
			areFeetCut: false,
			isSideCut: false,
		});
	});

	test("the feet", () => {
		const cuts = findFrameCuts(draw({ dy: 45 }));
		expect(cuts).toMatchObject({ isHeadCut: false, areFeetCut: true, isSideCut: false, outside: [29, 30, 31, 32] });
		expect(cuts.borders).toHaveLength(1);
		const [bottom] = cuts.borders;
		// Both legs, 33 px each.
		expect(bottom).toMatchObject({ border: "bottom", share: 66 / WIDTH, from_px: 112, to_px: 188 });
	});

	test("the crown, though eyes and nose are inside", () => {
		const cuts = findFrameCuts(draw({ dy: -45 }));
		expect(cuts).toMatchObject({ isHeadCut: true, areFeetCut: false, isSideCut: false, outside: [] });
		expect(cuts.borders.map((cut) => cut.border)).toEqual(["top"]);
		expect(findFrameCuts({ ...draw({ dy: -45 }), mask: null }).isHeadCut).toBe(true);
	});

	test("an arm", () => {
		const cuts = findFrameCuts(draw({ dx: 70 }));
		expect(cuts).toMatchObject({ isHeadCut: false, areFeetCut: false, isSideCut: true, outside: [15] });
		expect(cuts.borders.map((cut) => cut.border)).toEqual(["right"]);
	});

	test("a raised hand at the upper border is not the head", () => {
		const seen = draw();
		for (let x = 20; x < 40; x++) seen.mask[x] = 1;
		expect(findFrameCuts(seen)).toMatchObject({ isHeadCut: false, borders: [{ border: "top", from_px: 20 }] });
	});
});

describe("arms against the body", () => {
	test("held away touch at the armpit at most", () => {
		const contacts = findArmContacts(draw());
		expect(contacts.map((contact) => contact.side)).toEqual(["left", "right"]);
		for (const { share, isTouching } of contacts) {
			expect(isTouching).toBe(false);
			expect(share).toBeLessThan(0.4);
		}
	});

	test("that touch are found on their side, over their rows", () => {
		const [left, right] = findArmContacts(draw({ isLeftArmClose: true }));
		expect(left).toMatchObject({ side: "left", share: 1, isTouching: true, to_px: 240 });
		expect(left?.from_px).toBeGreaterThan(140);
		expect(right?.isTouching).toBe(false);
	});

	test("that are raised, or without a mask, say nothing", () => {
		const raised = draw();
		raised.body[5 * 13 + 1] = 60;
		expect(findArmContacts(raised).map((contact) => contact.side)).toEqual(["right"]);
		expect(findArmContacts({ ...draw(), mask: null })).toEqual([]);
	});
});
