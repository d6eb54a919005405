import type { AnchorCalibration } from "./landmark-anchors.js";

/**
 * Offsets and standard deviations of MediaPipe Pose (heavy) landmarks on Anny, in fractions of stature.
 * Printed by `npm run calibrate-landmarks -w @anny-fitter/benchmarks` from 28 renders of 12 clothed synthetic
 * subjects with known bodies; real people may differ.
 */
export const CALIBRATED_ANCHORS: readonly AnchorCalibration[] = [
	{ name: "nose", left: 0, right: null, bone: "head", offset: [0, -0.0683, 0.0064], sigma: 0.01 },
	{ name: "eye", left: 2, right: 5, bone: "head", offset: [0.0165, -0.0504, 0.0265], sigma: 0.01 },
	{ name: "ear", left: 7, right: 8, bone: "head", offset: [0.0323, -0.0209, 0.0213], sigma: 0.01 },
	{ name: "shoulder", left: 11, right: 12, bone: "upperarm01", offset: [-0.0069, -0.0127, 0.0182], sigma: 0.01 },
	{ name: "elbow", left: 13, right: 14, bone: "lowerarm01", offset: [-0.0107, 0.0012, 0.0138], sigma: 0.01 },
	{ name: "wrist", left: 15, right: 16, bone: "wrist", offset: [-0.0026, -0.0034, 0.0016], sigma: 0.01 },
	{ name: "pinky", left: 17, right: 18, bone: "wrist", offset: [0.0209, -0.0241, -0.0301], sigma: 0.01 },
	{ name: "index", left: 19, right: 20, bone: "wrist", offset: [0.0135, -0.0419, -0.0254], sigma: 0.01 },
	{ name: "hip", left: 23, right: 24, bone: "upperleg01", offset: [-0.0044, -0.0125, -0.0038], sigma: 0.01 },
	{ name: "knee", left: 25, right: 26, bone: "lowerleg01", offset: [-0.0006, -0.0022, -0.0105], sigma: 0.01 },
	{ name: "ankle", left: 27, right: 28, bone: "foot", offset: [-0.0008, -0.0016, 0.0112], sigma: 0.01 },
	{ name: "heel", left: 29, right: 30, bone: "foot", offset: [-0.002, 0.023, -0.0267], sigma: 0.01 },
	{ name: "foot index", left: 31, right: 32, bone: "foot", offset: [-0.0087, -0.1025, -0.0354], sigma: 0.01 },
];
