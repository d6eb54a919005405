import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LAYERS } from "../layers.mjs";

it("ARCHITECTURE.md lists the packages of the layer table", () => {
	const page = readFileSync(new URL("../../ARCHITECTURE.md", import.meta.url), "utf8");
	const listed = [...page.matchAll(/^\| `((?:@anny-fitter\/|anny-fitter)[^`]*)` \|/gm)].map((match) => match[1]);
	expect([...listed].sort()).toEqual(Object.keys(LAYERS).sort());
});
