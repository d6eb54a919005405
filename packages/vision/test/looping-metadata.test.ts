import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodePhoto } from "@anny-fitter/vision";
import { expect, test } from "vitest";

test("a photo whose metadata name themselves is refused at once", { timeout: 10_000 }, async () => {
	const photo = await readFile(fileURLToPath(new URL("../../../samples/woman-front.jpg", import.meta.url)));
	for (const entries of [1, 24, 2000]) {
		const looping = Buffer.concat([photo.subarray(0, 2), exifThatNamesItself(entries), photo.subarray(2)]);
		await expect(decodePhoto(looping)).rejects.toMatchObject({ code: "damaged_image" });
	}
	expect((await decodePhoto(photo)).width).toBeGreaterThan(0);
});

/** Directories that lead nowhere else than to the first one. */
function exifThatNamesItself(entries: number): Buffer {
	const directory = Buffer.alloc(2 + entries * 12 + 4);
	directory.writeUInt16LE(entries);
	for (let entry = 0; entry < entries; entry++) {
		directory.writeUInt16LE(entry % 2 === 0 ? 0x8769 : 0x8825, 2 + entry * 12);
		directory.writeUInt16LE(4, 4 + entry * 12);
		directory.writeUInt32LE(1, 6 + entry * 12);
		directory.writeUInt32LE(8, 10 + entry * 12);
	}
	const content = Buffer.concat([Buffer.from("Exif\0\0"), Buffer.from("49492a0008000000", "hex"), directory]);
	const head = Buffer.from([0xff, 0xe1, 0, 0]);
	head.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([head, content]);
}
