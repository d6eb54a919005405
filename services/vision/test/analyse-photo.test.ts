import { openVision, type Vision } from "@anny-fitter/vision";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analysePhoto } from "../src/analyse-photo.js";
import { greyPng, WOMAN } from "./shared.js";

let vision: Vision;
beforeAll(async () => {
	vision = await openVision({ variant: "lite" });
});
afterAll(() => vision.close());

function isZero(bytes: Uint8Array): boolean {
	return bytes.every((byte) => byte === 0);
}

describe("analysePhoto", () => {
	it.each([
		["a person", WOMAN, "found", false],
		["nobody", greyPng(300, 300), "no_person", false],
		["no photo", Buffer.from("just text"), "not_an_image", false],
		["a cancelled call", WOMAN, "cancelled", true],
	] as const)("overwrites bytes and pixels after %s", async (_, file, expected, isCancelled) => {
		const abort = new AbortController();
		const pixels: Uint8Array[] = [];
		const watched: Pick<Vision, "analyse" | "start"> = {
			start: vision.start,
			analyse: (photo, options) => {
				pixels.push(photo.rgb);
				expect(isZero(photo.rgb)).toBe(false);
				if (isCancelled) setImmediate(() => abort.abort());
				return vision.analyse(photo, options);
			},
		};
		const photo = new Uint8Array(file);
		const outcome = await analysePhoto(watched, { photo, name: "" }, { signal: abort.signal }).then(
			() => "found",
			(error: { code?: unknown }) => error.code,
		);
		expect(outcome).toBe(expected);
		expect(isZero(photo)).toBe(true);
		expect(pixels).toHaveLength(expected === "not_an_image" ? 0 : 1);
		for (const rgb of pixels) expect(isZero(rgb)).toBe(true);
	});
});
