import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));

/** Features that are put together from others. What else two features share stands outside of them. */
const MADE_OF: Readonly<Record<string, readonly string[]>> = {
	compare: ["history", "viewer"],
	model: ["adjust", "compare", "meaning", "results", "viewer"],
	// A failed fit gives its photos back to be mended.
	progress: ["capture"],
	report: ["meaning", "results", "viewer"],
	subjects: ["history"],
};

/** @param file path below `src`, with slashes */
function foreignFeatures(file: string, text: string): string[] {
	const own = featureOf(file);
	return [...text.matchAll(/(?:from|import\(|import|URL\()\s*"(\.[^"]+)"/g)].flatMap(([, specifier = ""]) => {
		const feature = featureOf(join(dirname(file), specifier).split(sep).join("/"));
		return feature === null || feature === own || (own !== null && MADE_OF[own]?.includes(feature)) ? [] : [feature];
	});
}

function featureOf(file: string): string | null {
	return /^features\/([^/]+)\//.exec(file)?.[1] ?? null;
}

describe("features of the application", () => {
	const files = readdirSync(SOURCE, { recursive: true })
		.map((name) => String(name).split(sep).join("/"))
		.filter((name) => /\.tsx?$/.test(name));

	test("import only what they are made of, and only the router imports all", () => {
		const features = new Set(files.map(featureOf));
		for (const [feature, parts] of Object.entries(MADE_OF)) {
			for (const name of [feature, ...parts]) expect(features, "the table").toContain(name);
		}
		const offences = files
			.filter((file) => file !== "app/router.tsx")
			.flatMap((file) =>
				foreignFeatures(file, readFileSync(join(SOURCE, file), "utf8")).map((to) => `${file} → ${to}`),
			);
		expect(offences).toEqual([]);
	});

	test("would be found reaching into each other", () => {
		expect(foreignFeatures("features/home/a.tsx", 'import { b } from "../viewer/b.js";')).toEqual(["viewer"]);
		expect(foreignFeatures("ui/a.tsx", 'const b = lazy(() => import("../features/model/b.js"));')).toEqual(["model"]);
		expect(foreignFeatures("features/model/a.tsx", 'export { b } from "../viewer/scene/b.js";')).toEqual([]);
		expect(foreignFeatures("features/viewer/scene/a.ts", 'import "../../model/b.js";')).toEqual(["model"]);
	});
});
