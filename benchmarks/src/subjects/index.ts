/**
 * Draws dressed, textured, lit people whose bodies are known exactly, as photos with masks and truth.
 *
 *   npm run subjects -w @anny-fitter/benchmarks -- --count 12 --seed 1 --out DIR
 *     [--retakes 10] [--views front,side] [--clothing tight|regular|loose]
 */
import { parseArgs } from "node:util";
import { openBodyModelData } from "@anny-fitter/platform";
import type { SubjectView } from "./pose.js";
import { openStudio } from "./studio.js";
import type { Clothing } from "./wardrobe.js";
import { writeSubjects } from "./write-subjects.js";

const VIEWS: readonly string[] = ["front", "side", "back", "threequarter"];
const CLOTHING: readonly string[] = ["tight", "regular", "loose"];

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			count: { type: "string", default: "12" },
			seed: { type: "string", default: "1" },
			out: { type: "string" },
			retakes: { type: "string", default: "1" },
			views: { type: "string" },
			clothing: { type: "string" },
		},
	});
	const whole = (name: "count" | "seed" | "retakes", low: number): number => {
		const value = Number(values[name]);
		if (!Number.isInteger(value) || value < low) throw new Error(`--${name} must be a whole number from ${low} on`);
		return value;
	};
	if (values.out === undefined) throw new Error("Where to? Name a folder: --out DIR");
	const views = values.views?.split(",") ?? null;
	const wrong = views?.find((view) => !VIEWS.includes(view));
	if (wrong !== undefined) throw new Error(`There is no view "${wrong}": ${VIEWS.join(", ")}`);
	const clothing = values.clothing ?? null;
	if (clothing !== null && !CLOTHING.includes(clothing)) {
		throw new Error(`There is no clothing "${clothing}": ${CLOTHING.join(", ")}`);
	}
	const { data } = await openBodyModelData();
	const studio = await openStudio();
	try {
		const from = Date.now();
		await writeSubjects(
			data,
			studio,
			{
				count: whole("count", 1),
				seed: whole("seed", 0),
				retakes: whole("retakes", 1),
				views: views as readonly SubjectView[] | null,
				clothing: clothing as Clothing | null,
				out: values.out,
			},
			(id, done, of) => console.log(`${id}: ${done} of ${of}, ${((Date.now() - from) / 1000).toFixed(0)} s`),
		);
	} finally {
		await studio.close();
	}
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
