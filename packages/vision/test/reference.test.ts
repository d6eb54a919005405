import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePhoto, openVision, type PoseVariant, type Vision } from "@anny-fitter/vision";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSharedPhotos, REAL_PHOTOS, readJson } from "./shared.js";

type Points = (readonly (number | null)[])[];
interface Reference {
	photo: string;
	poseLandmarks: Points;
	poseWorldLandmarks: Points;
	faceLandmarks?: Points | null;
	leftHandLandmarks?: Points | null;
	rightHandLandmarks?: Points | null;
}

interface Deviation {
	mean: number;
	largest: number;
}

/** Distances in pixels between our points and MediaPipe's normalised ones. */
function deviation(points: Float64Array, stride: number, reference: Points, width: number, height: number): Deviation {
	let sum = 0;
	let largest = 0;
	reference.forEach(([x, y], i) => {
		const dx = (points[i * stride] ?? Number.NaN) - (x ?? 0) * width;
		const dy = (points[i * stride + 1] ?? Number.NaN) - (y ?? 0) * height;
		const distance = Math.hypot(dx, dy);
		sum += distance;
		largest = Math.max(largest, distance);
	});
	return { mean: sum / reference.length, largest };
}

const SETS = [
	{ folder: "pose_c1_cpu", variant: "full", isHolistic: false },
	{ folder: "pose_c2_cpu", variant: "heavy", isHolistic: false },
	{ folder: "holistic_c2_cpu", variant: "heavy", isHolistic: true },
] as const satisfies readonly { folder: string; variant: PoseVariant; isHolistic: boolean }[];

describe.skipIf(!hasSharedPhotos).each(SETS)("MediaPipe's own results: $folder", ({ folder, variant, isHolistic }) => {
	const directory = join(REAL_PHOTOS, "mediapipe_reference", folder);
	let vision: Vision;
	let cacheDir: string;
	beforeAll(async () => {
		cacheDir = await mkdtemp(join(tmpdir(), "anny-reference-"));
		vision = await openVision({ variant, cacheDir });
	});
	afterAll(async () => {
		await vision?.close();
		await rm(cacheDir, { recursive: true, force: true });
	});

	it("are reproduced on every photo", async () => {
		const worst = { mean_px: 0, largest_px: 0, world_mm: 0, mask_iou: 1, face_px: 0, hand_px: 0 };
		const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
		expect(files.length).toBeGreaterThanOrEqual(6);
		for (const file of files) {
			const reference = readJson<Reference>(join(directory, file));
			const photo = await decodePhoto(readFileSync(join(REAL_PHOTOS, `${reference.photo}.png`)));
			const { width, height } = photo;
			// MediaPipe analyses the detection with the highest score, whoever that is.
			const result = await vision.analyse(photo, { person: "highest_score" });
			const body = deviation(result.body, 5, reference.poseLandmarks, width, height);
			worst.mean_px = Math.max(worst.mean_px, body.mean);
			worst.largest_px = Math.max(worst.largest_px, body.largest);
			expect.soft(body.mean, `${file} mean`).toBeLessThanOrEqual(0.1);
			// A rounding difference may move one landmark to the next heatmap cell: allow one cell of the region.
			expect.soft(body.largest, `${file} largest`).toBeLessThanOrEqual((Math.max(width, height) * 1.5) / 64);

			reference.poseWorldLandmarks.forEach((point, i) => {
				const distance = Math.hypot(
					...[0, 1, 2].map((k) => (result.bodyWorld[3 * i + k] ?? Number.NaN) - (point[k] ?? 0)),
				);
				worst.world_mm = Math.max(worst.world_mm, 1000 * distance);
			});

			const mask = await sharp(join(directory, `${reference.photo}.mask.png`))
				.extractChannel(0)
				.raw()
				.toBuffer();
			expect(mask.length).toBe(result.mask.length);
			let both = 0;
			let either = 0;
			for (let i = 0; i < mask.length; i++) {
				const ours = (result.mask[i] ?? 0) > 0.5;
				const theirs = (mask[i] ?? 0) > 127;
				if (ours && theirs) both++;
				if (ours || theirs) either++;
			}
			worst.mask_iou = Math.min(worst.mask_iou, both / either);
			expect.soft(both / either, `${file} mask`).toBeGreaterThanOrEqual(0.998);

			if (!isHolistic) continue;
			const parts = [
				["face_px", result.face, reference.faceLandmarks],
				["hand_px", result.leftHand, reference.leftHandLandmarks],
				["hand_px", result.rightHand, reference.rightHandLandmarks],
			] as const;
			for (const [name, points, expected] of parts) {
				expect.soft(points !== null, `${file} ${name} found`).toBe(Boolean(expected));
				if (points === null || !expected) continue;
				const { mean, largest } = deviation(points, 3, expected, width, height);
				worst[name] = Math.max(worst[name], largest);
				expect.soft(mean, `${file} ${name}`).toBeLessThanOrEqual(0.1);
				expect.soft(largest, `${file} ${name}`).toBeLessThanOrEqual(0.5);
			}
		}
		expect.soft(worst.world_mm).toBeLessThanOrEqual(1);
		console.log(`${folder}, ${files.length} photos, worst:`, worst);
	});
});
