import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BodyModelData, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { decodePhoto } from "@anny-fitter/vision";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyVertices, createPersonModel, posePerson } from "../../src/subjects/anny-person.js";
import { drawCamera, type SubjectCamera } from "../../src/subjects/camera.js";
import { skinSurface } from "../../src/subjects/dress.js";
import { bodyMask, meshOf } from "../../src/subjects/photograph.js";
import { drawStance } from "../../src/subjects/pose.js";
import { findChromium, openStudio, type Studio } from "../../src/subjects/studio.js";
import { type SubjectsWish, writeSubjects } from "../../src/subjects/write-subjects.js";
import { loadSyntheticSubjects } from "../../src/synthetic-subjects.js";

const needs = findChromium() === null ? " (Chromium is missing: apt-get install -y chromium)" : "";

describe.skipIf(needs !== "" && !process.env.CI)(`drawn subjects${needs}`, () => {
	const folders: string[] = [];
	let data: BodyModelData;
	let studio: Studio;
	beforeAll(async () => {
		data = (await openBodyModelData()).data;
		studio = await openStudio();
	}, 60_000);
	afterAll(async () => {
		await studio?.close();
		for (const folder of folders) rmSync(folder, { recursive: true });
	});

	async function draw(wish: Partial<SubjectsWish>): Promise<string> {
		const out = mkdtempSync(join(tmpdir(), "subjects-"));
		folders.push(out);
		await writeSubjects(data, studio, {
			count: 1,
			seed: 3,
			retakes: 1,
			views: ["front"],
			clothing: "tight",
			out,
			...wish,
		});
		return out;
	}

	const maskOf = async (file: string) => {
		const { data: pixels, info } = await sharp(readFileSync(file))
			.toColourspace("b-w")
			.raw()
			.toBuffer({ resolveWithObject: true });
		return {
			width: info.width,
			height: info.height,
			inside: pixels.filter((_, i) => i % info.channels === 0).map((v) => (v > 127 ? 1 : 0)),
		};
	};

	test("the browser's outline is the rasteriser's to less than 0.1 px", async () => {
		const model = createPersonModel(data);
		const shape = createShapeState(model.base);
		evaluateShape(shape, model.base, { phenotypes: { gender: 0.2, weight: 0.7 } });
		for (const seed of [1, 2]) {
			const skeleton = { boneLabels: model.base.boneLabels, boneHeads: shape.boneHeads };
			const stance = drawStance(createRandom(seed), skeleton, seed === 1 ? "front" : "side", false);
			const posed = posePerson(model, shape, stance.rotations, stance.yaw_rad, 0);
			const skin = bodyVertices(model, posed.state.vertices);
			const camera = drawCamera(createRandom(seed), skin, [1080, 1440]);
			const material = {
				colour: [1, 1, 1] as const,
				picture: null,
				pattern: null,
				roughness: 1,
				alphaTest: 0,
				isDoubleSided: true,
			};
			const { mask } = await studio.draw({
				width: camera.width,
				height: camera.height,
				focal_px: camera.focal_px,
				cameraFromWorld: [...camera.cameraFromWorld],
				background: [0, 0, 0],
				exposure: 1,
				meshes: [meshOf(skinSurface(model, skin), material, true)],
				lights: [],
				isMaskOnly: true,
			});
			const shift = compare(bodyMask(model, posed, camera), unpack(Buffer.from(mask, "base64"), camera), camera);
			expect(Math.abs(shift.x)).toBeLessThan(0.1);
			expect(Math.abs(shift.y)).toBeLessThan(0.1);
			expect(Math.abs(shift.outwards)).toBeLessThan(0.1);
			// Half a pixel to the right would be noticed.
			const moved = camera.cameraFromWorld.map((value, k) =>
				k < 4 ? value + (0.5 / camera.focal_px) * (camera.cameraFromWorld[8 + k] ?? 0) : value,
			);
			const beside = bodyMask(model, posed, { ...camera, cameraFromWorld: moved });
			expect(compare(bodyMask(model, posed, camera), beside, camera).x).toBeCloseTo(0.5, 1);
		}
	});

	test("the same seed draws the same photos, masks and truth; other code reads them as the independent set", async () => {
		const [first, second] = [await draw({}), await draw({})];
		const files = readdirSync(first, { recursive: true, encoding: "utf8" })
			.filter((name) => /\.\w+$/.test(name))
			.sort();
		expect(files).toEqual(
			[
				"index.json",
				"photos/s01_front.jpg",
				"truth/masks/s01_front.all.png",
				"truth/masks/s01_front.body.png",
				"truth/s01.json",
				"truth/s01.rest.bin",
			].sort(),
		);
		for (const file of files)
			expect(readFileSync(join(first, file)).equals(readFileSync(join(second, file))), file).toBe(true);

		const [subject] = loadSyntheticSubjects(first) ?? [];
		if (!subject) throw new Error("Nothing was written");
		const [view] = subject.views;
		if (!view) throw new Error("No view was written");
		const photo = await decodePhoto(readFileSync(view.file));
		expect([photo.width, photo.height]).toEqual([view.width_px, view.height_px]);
		if (photo.focalLength_px !== null) expect(Math.abs(photo.focalLength_px / view.focal_px - 1)).toBeLessThan(0.02);
		expect(subject.restVertices).toHaveLength(3 * 13_348);
		const body = await maskOf(join(first, "truth/masks/s01_front.body.png"));
		const all = await maskOf(join(first, "truth/masks/s01_front.all.png"));
		expect([body.width, body.height]).toEqual([view.width_px, view.height_px]);
		expect(body.inside.every((value, i) => value <= (all.inside[i] ?? 0))).toBe(true);
		const area = (mask: { inside: ArrayLike<number> }) => Array.from(mask.inside).reduce((a, b) => a + b, 0);
		expect(area(all) / area(body)).toBeGreaterThan(1.01);
		expect(area(all) / area(body)).toBeLessThan(1.35);
		// Joints of the trunk lie inside the body's mask.
		for (const bone of ["upperleg01.L", "upperleg01.R", "spine03", "neck01", "lowerleg01.L"]) {
			const [x = 0, y = 0] = view.boneHeads_px.get(bone) ?? [];
			expect(body.inside[Math.floor(y) * body.width + Math.floor(x)]).toBe(1);
		}
		// The person differs from the wall behind: the picture is not empty.
		const { channels } = await sharp(readFileSync(view.file)).stats();
		expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(15);
	});

	test("retakes share body and clothes, not the picture", async () => {
		const out = await draw({ retakes: 2 });
		const [a, b] = loadSyntheticSubjects(out) ?? [];
		expect([a?.id, b?.id]).toEqual(["s01r01", "s01r02"]);
		expect(a?.restVertices).toEqual(b?.restVertices);
		expect(a?.views[0]?.cameraFromWorld).not.toEqual(b?.views[0]?.cameraFromWorld);
		const index = JSON.parse(readFileSync(join(out, "index.json"), "utf8"));
		expect(index.subjects[0].clothing_items).toEqual(index.subjects[1].clothing_items);
		expect(existsSync(join(out, "photos/s01r02_front.jpg"))).toBe(true);
	});
});

function unpack(bits: Uint8Array, { width, height }: SubjectCamera): Uint8Array {
	const row = Math.ceil(width / 8);
	return Uint8Array.from({ length: width * height }, (_, i) => {
		const x = i % width;
		return ((bits[Math.floor(i / width) * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
	});
}

/** How far the second mask lies beside the first, and how much larger it is all around, pixels: from the pixels that differ at the rim. */
function compare(first: Uint8Array, second: Uint8Array, { width, height }: SubjectCamera) {
	const at = (mask: Uint8Array, x: number, y: number) => mask[y * width + x] ?? 0;
	let [sidewaysRim, levelRim, x, y, more] = [0, 0, 0, 0, 0];
	for (let row = 1; row + 1 < height; row++) {
		for (let column = 1; column + 1 < width; column++) {
			// Half the jump to the neighbours: which way is out.
			const dx = (at(first, column - 1, row) - at(first, column + 1, row)) / 2;
			const dy = (at(first, column, row - 1) - at(first, column, row + 1)) / 2;
			const change = at(second, column, row) - at(first, column, row);
			sidewaysRim += Math.abs(dx);
			levelRim += Math.abs(dy);
			x += change * dx * 2;
			y += change * dy * 2;
			more += change;
		}
	}
	return { x: x / sidewaysRim, y: y / levelRim, outwards: more / Math.hypot(sidewaysRim, levelRim) };
}
