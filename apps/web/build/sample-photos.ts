import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Puts the photos of the sample people under `/samples/`. */
export function samplePhotos(folder: string): Plugin {
	return {
		name: "sample-photos",
		apply: "build",
		async generateBundle() {
			for (const name of await readdir(folder)) {
				if (!name.endsWith(".jpg")) continue;
				this.emitFile({ type: "asset", fileName: `samples/${name}`, source: await readFile(join(folder, name)) });
			}
		},
	};
}
