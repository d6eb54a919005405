import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
	addPhotos,
	type Draft,
	type DraftPhoto,
	fingerprintOf,
	fitFields,
	labelPhoto,
	movePhoto,
	NO_DRAFT,
	nextView,
	notePhoto,
	refusedPhoto,
	refusePhoto,
	removePhoto,
	replacePhoto,
	restorePhoto,
} from "../../src/features/capture/draft.js";
import { NO_FACTS } from "../../src/features/capture/facts.js";
import { checkFile, sniffPhoto } from "../../src/features/capture/photo-files.js";

const FILE = new Blob([new Uint8Array(4)]);
const named = (...ids: string[]) => ids.map((id) => ({ id, file: FILE, name: `${id}.jpg` }));
const ids = (photos: readonly DraftPhoto[]) => photos.map(({ id }) => id).join("");
const labels = (photos: readonly DraftPhoto[]) => photos.map(({ label }) => label);

describe("photos of a draft", () => {
	it("are a front and a side view first, then unknown", () => {
		const photos = addPhotos([], named("a", "b", "c"));
		expect(labels(photos)).toEqual(["front", "side", null]);
		expect(nextView(photos)).toBe("back");
		const sideFirst = labelPhoto(addPhotos([], named("a")), "a", "side");
		expect(labels(addPhotos(sideFirst, named("b")))).toEqual(["side", "front"]);
	});

	it("move, leave and come back where they were", () => {
		const photos = addPhotos([], named("a", "b", "c"));
		expect(ids(movePhoto(photos, "a", 1))).toBe("bac");
		expect(ids(movePhoto(photos, "a", -1))).toBe("abc");
		expect(ids(movePhoto(photos, "c", -9))).toBe("cab");
		const without = removePhoto(photos, "b");
		expect(ids(without)).toBe("ac");
		expect(ids(restorePhoto(without, photos[1]!, 1))).toBe("abc");
		expect(ids(restorePhoto(photos, photos[1]!, 0))).toBe("abc");
		expect(ids(restorePhoto([], photos[2]!, 2))).toBe("c");
	});

	it("keep a chosen label when the browser sees another view", () => {
		const photos = labelPhoto(addPhotos([], named("a", "b")), "a", "back");
		const seen = notePhoto(notePhoto(photos, "a", { label: "front", concern: null }), "b", {
			label: "three-quarter",
			concern: "feet",
		});
		expect(labels(seen)).toEqual(["back", "three-quarter"]);
		expect(seen[1]?.concern).toEqual({ code: "feet", isRefused: false });
	});

	it("do not claim a view by their place that the browser saw in another one", () => {
		const photos = addPhotos([], named("a", "b"));
		const nothing = { label: null, concern: "no_person" };
		const side = { label: "side", concern: null } as const;
		expect(labels(notePhoto(notePhoto(photos, "a", side), "b", nothing))).toEqual(["side", null]);
		expect(labels(notePhoto(notePhoto(photos, "b", nothing), "a", side))).toEqual(["side", null]);
		const front = { label: "front", concern: null } as const;
		expect(labels(notePhoto(notePhoto(photos, "a", side), "b", front))).toEqual(["side", "front"]);
		expect(labels(notePhoto(labelPhoto(photos, "b", "side"), "a", side))).toEqual(["side", "side"]);
	});

	it("make place for better ones when they were refused", () => {
		const photos = refusePhoto(addPhotos([], named("a", "b")), "no_person", "photo 2: No person was found.");
		expect(nextView(photos)).toBe("side");
		expect(refusedPhoto(photos)?.id).toBe("b");
		expect(refusedPhoto(photos, "side")?.id).toBe("b");
		expect(refusedPhoto(photos, "back")).toBeNull();
		expect(refusedPhoto(addPhotos([], named("a")))).toBeNull();
	});

	it("are blamed by the server's sentence, until they are replaced", () => {
		const photos = addPhotos([], named("a", "b"));
		const blamed = refusePhoto(photos, "no_person", "photo 2: No person was found in the photo.");
		expect(blamed.map(({ concern }) => concern?.code ?? null)).toEqual([null, "no_person"]);
		expect(notePhoto(blamed, "b", { label: "side", concern: null })[1]?.concern?.isRefused).toBe(true);
		expect(replacePhoto(blamed, "b", named("x")[0]!)[1]).toMatchObject({ id: "x", label: "side", concern: null });
		expect(
			refusePhoto(photos, "interrupted", "The server was restarted.").every(({ concern }) => concern === null),
		).toBe(true);
		expect(refusePhoto(photos.slice(0, 1), "damaged_image", "The file is damaged.")[0]?.concern?.code).toBe(
			"damaged_image",
		);
	});
});

describe("fitFields", () => {
	const draft: Draft = {
		...NO_DRAFT,
		facts: { ...NO_FACTS, stature_m: 1.724 },
		photos: addPhotos([], named("a", "b", "c")),
	};

	it("names a view for every photo", () => {
		expect(fitFields(draft, null)).toEqual({
			views: '["front","side",null]',
			stature_m: "1.724",
			stature_source: "measured",
		});
		expect(fitFields(draft, "some-id").subject_id).toBe("some-id");
	});

	it("recognises the same request", () => {
		expect(fingerprintOf({ ...draft })).toBe(fingerprintOf(draft));
		expect(fingerprintOf({ ...draft, name: "A" })).not.toBe(fingerprintOf(draft));
		expect(fingerprintOf({ ...draft, photos: movePhoto(draft.photos, "a", 1) })).not.toBe(fingerprintOf(draft));
	});
});

describe("files", () => {
	const LIMITS = { max_photos: 2, max_photo_size_bytes: 1000 };
	const heic = new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode("ftypheic")]);

	it("are known by their first bytes", async () => {
		const jpeg = await readFile(new URL("../../../../samples/woman-front.jpg", import.meta.url));
		const png = await readFile(new URL("../../public/icon-192.png", import.meta.url));
		expect(sniffPhoto(jpeg)).toBe("jpeg");
		expect(sniffPhoto(png)).toBe("png");
		expect(sniffPhoto(new TextEncoder().encode("RIFF\0\0\0\0WEBPVP8 "))).toBe("webp");
		expect(sniffPhoto(heic)).toBe("heic");
		expect(sniffPhoto(new TextEncoder().encode("%PDF-1.7"))).toBeNull();
		expect(sniffPhoto(new Uint8Array(0))).toBeNull();
	});

	it("are refused with a reason", async () => {
		expect(await checkFile(new Blob([heic]), 0, LIMITS)).toBeNull();
		expect(await checkFile(new Blob([heic]), 2, LIMITS)).toBe("tooMany");
		expect(await checkFile(new Blob([]), 0, LIMITS)).toBe("empty");
		expect(await checkFile(new Blob([heic, new Uint8Array(1000)]), 0, LIMITS)).toBe("tooLarge");
		expect(await checkFile(new Blob(["text"]), 0, LIMITS)).toBe("notAPhoto");
	});
});
