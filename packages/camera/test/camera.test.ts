import { focalLengthFrom35mm, focalPrior, projectPoint } from "@anny-fitter/camera";
import { expect, test } from "vitest";

test("projection and its Jacobian agree with central differences", () => {
	const project = (x: number, y: number, z: number, logF: number) => {
		const out = new Float64Array(2);
		expect(projectPoint(out, null, x, y, z, Math.exp(logF), 320, 240)).toBe(true);
		return out;
	};
	const point = [0.4, -0.7, 2.5];
	const logF = Math.log(800);
	const out = new Float64Array(2);
	const jacobian = new Float64Array(6);
	projectPoint(out, jacobian, point[0], point[1], point[2], 800, 320, 240);
	expect(out[0]).toBeCloseTo(320 + (800 * 0.4) / 2.5, 10);
	const h = 1e-6;
	for (let k = 0; k < 3; k++) {
		const above = point.map((v, i) => v + (i === k ? h : 0));
		const below = point.map((v, i) => v - (i === k ? h : 0));
		const a = project(above[0], above[1], above[2], logF);
		const b = project(below[0], below[1], below[2], logF);
		expect(jacobian[k]).toBeCloseTo((a[0] - b[0]) / (2 * h), 4);
		expect(jacobian[3 + k]).toBeCloseTo((a[1] - b[1]) / (2 * h), 4);
	}
	const a = project(point[0], point[1], point[2], logF + h);
	const b = project(point[0], point[1], point[2], logF - h);
	expect(out[0] - 320).toBeCloseTo((a[0] - b[0]) / (2 * h), 4);
});

test("a point at or behind the camera is refused and leaves the output alone", () => {
	const out = Float64Array.of(7, 8);
	expect(projectPoint(out, null, 0, 0, -1, 800, 0, 0)).toBe(false);
	expect(projectPoint(out, null, 0, 0, 0.01, 800, 0, 0)).toBe(false);
	expect([...out]).toEqual([7, 8]);
});

test("focal length from EXIF and without it", () => {
	// A 36×24 picture at 50 mm equivalent: 50 px per 36 px of width.
	expect(focalLengthFrom35mm(50, 3600, 2400)).toBeCloseTo(5000, 6);
	expect(() => focalLengthFrom35mm(0, 100, 100)).toThrow(RangeError);
	expect(focalPrior(900, 640, 480)).toEqual({ focal_px: 900, sigmaLog: 0.02, source: "exif" });
	const typical = focalPrior(null, 1080, 1440);
	expect((2 * Math.atan(720 / typical.focal_px) * 180) / Math.PI).toBeCloseTo(54, 6);
});
