import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { comparisonDocumentSchema, type ResultDocument } from "@anny-fitter/contracts";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, runCli, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const result = (name: string) => join(folder, name, "result.json");

async function makeBody(name: string, ...stated: readonly string[]): Promise<void> {
	const run = await runCli(["body", ...stated, "--out", join(folder, name), "--quiet"]);
	expect(run.exitCode, run.stderr).toBe(0);
}

/** A copy of a result with something changed. */
function change(name: string, from: string, by: (document: ResultDocument) => object): string {
	const document = JSON.parse(readFileSync(result(from), "utf8")) as ResultDocument;
	const path = join(folder, `${name}.json`);
	writeFileSync(path, JSON.stringify({ ...document, ...by(document) }));
	return path;
}

const CHILD = ["--sex", "female", "--weight-source", "measured"];

beforeAll(async () => {
	await makeBody("nine", ...CHILD, "--age-years", "9", "--height-cm", "132", "--weight-kg", "29");
	await makeBody("ten", ...CHILD, "--age-years", "10", "--height-cm", "138", "--weight-kg", "33");
}, 60_000);

test("nothing has changed between a result and itself", async () => {
	const run = await runCli(["compare", result("nine"), result("nine")]);
	expect(run.exitCode, run.stderr).toBe(0);
	expect(run.stdout).toContain("No difference is more than noise.");
	expect(run.stdout.match(/within noise$/gm)).toHaveLength(49);
	expect(run.stdout).not.toMatch(/changed$/m);
}, 30_000);

test("a child has grown in stature, to the neck and in weight; its head has not been shown to", async () => {
	const run = await runCli(["compare", result("nine"), result("ten")]);
	expect(run.exitCode, run.stderr).toBe(0);
	expect(run.stdout).toMatch(/^stature +132\.0 cm +138\.0 cm +\+6\.0 cm +± 0\.\d cm +> 99 % +changed$/m);
	expect(run.stdout).toMatch(/^cervicale_height .* changed$/m);
	expect(run.stdout).toMatch(/^weight .*\+\d\.\d kg .* changed$/m);
	expect(run.stdout).toMatch(/^head_girth .* within noise$/m);
	expect(run.stdout).toMatch(/^\d+ of 49 have changed by more than noise explains\.$/m);
	expect(run.stderr).toBe("");
}, 30_000);

test("prints the comparison as JSON, in the other direction with other signs", async () => {
	const [there, back] = await Promise.all(
		[
			[result("nine"), result("ten")],
			[result("ten"), result("nine")],
		].map(async (paths) => {
			const run = await runCli(["compare", ...paths, "--json"]);
			return comparisonDocumentSchema.parse(JSON.parse(run.stdout));
		}),
	);
	expect(there?.is_same_person).toBe(true);
	expect(there?.not_compared).toEqual({});
	expect(there?.measurements.stature?.difference_m).toBeCloseTo(0.06, 3);
	expect(there?.mass?.verdict).toBe("changed");
	for (const [id, entry] of Object.entries(there?.measurements ?? {})) {
		expect(back?.measurements[id]?.difference_m).toBe(-entry.difference_m);
		expect(back?.measurements[id]?.verdict).toBe(entry.verdict);
	}
}, 30_000);

test("says which measurements it leaves out, and when two people are compared", async () => {
	const other = change("other", "ten", ({ measurements, stated }) => {
		const { hip_girth, head_girth: _, ...rest } = measurements;
		if (hip_girth === undefined) throw new Error("no hip");
		const definition = { ...hip_girth.definition, version: 99 };
		return { measurements: { ...rest, hip_girth: { ...hip_girth, definition } }, stated: { ...stated, sex: "male" } };
	});
	const run = await runCli(["compare", result("nine"), other]);
	expect(run.exitCode).toBe(0);
	expect(run.stderr).toContain("hip_girth is not compared: its definition has changed between the two versions.");
	expect(run.stderr).toContain("head_girth is not compared: only one of the two has it.");
	expect(run.stderr).toContain("two people: their sexes differ.");
	expect(run.stdout).not.toMatch(/^(hip|head)_girth/m);
}, 30_000);

test("refuses other body data and what is no result", async () => {
	const other = change("data", "nine", ({ model_data }) => ({ model_data: { ...model_data, detail: "another" } }));
	expectFailure(await runCli(["compare", result("nine"), other]), 2, /different body data/, /--model-data/);
	const text = join(folder, "text.json");
	writeFileSync(text, "{");
	expectFailure(await runCli(["compare", result("nine"), text]), 2, /text\.json is not valid JSON/, /result\.json/);
	writeFileSync(text, "{}");
	expectFailure(await runCli(["compare", text, result("nine")]), 2, /text\.json is no result of a fit/, /result\.json/);
	expectFailure(await runCli(["compare", result("nine")]), 2, /now/);
	expectFailure(await runCli(["compare", result("nine"), join(folder, "nowhere")]), 2, /does not exist/);
}, 30_000);
