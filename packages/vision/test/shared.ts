import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Photos that are not part of the repository; tests that need them are skipped where they are absent. */
const PHOTOS = fileURLToPath(new URL("../../../../shared/photos/", import.meta.url));
export const REAL_PHOTOS = join(PHOTOS, "real");
export const SYNTHETIC_PHOTOS = join(PHOTOS, "synthetic", "photos");
export const hasSharedPhotos = existsSync(REAL_PHOTOS) && existsSync(SYNTHETIC_PHOTOS);

export function readJson<T>(path: string | URL): T {
	return JSON.parse(readFileSync(path, "utf8")) as T;
}

export function fixture(name: string): Buffer {
	return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}
