import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { describe, expect, it } from "vitest";
import { alignmentRotation, meanPoint, rotateAboutPoint } from "../src/align-points.js";

const random = createRandom(11);

function cloud(count: number): Float64Array {
	return Float64Array.from({ length: 3 * count }, () => random.normal());
}

describe("alignmentRotation", () => {
	it.each([
		[0.1, 0, 0],
		[0, 0, 3.1],
		[1.2, -2, 0.7],
		[Math.PI / 2, 0, 0],
	])("finds the rotation (%d, %d, %d) (seed 11)", (...vector) => {
		const reference = cloud(40);
		const rotation = new Float64Array(9);
		rotationFromVector(rotation, vector);
		const turned = new Float64Array(reference.length);
		rotateAboutPoint(turned, reference, rotation, meanPoint(reference), new Float64Array([3, -2, 1]));
		const back = alignmentRotation(reference, turned)!;
		for (let row = 0; row < 3; row++) {
			for (let column = 0; column < 3; column++) {
				expect(back[3 * row + column]).toBeCloseTo(rotation[3 * column + row]!, 10);
			}
		}
		rotateAboutPoint(turned, turned, back, meanPoint(turned), meanPoint(reference));
		for (let i = 0; i < turned.length; i++) expect(turned[i]).toBeCloseTo(reference[i]!, 10);
	});

	it("refuses a mirror image and points in a plane", () => {
		const reference = cloud(20);
		const mirrored = reference.map((value, i) => (i % 3 === 0 ? -value : value));
		const flat = reference.map((value, i) => (i % 3 === 2 ? 0 : value));
		expect(alignmentRotation(reference, mirrored)).toBeNull();
		expect(alignmentRotation(flat, flat)).toBeNull();
	});
});
