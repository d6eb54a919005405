import { AppError, parseParams, parseParamsText } from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";
import { exampleResult } from "./example-result.js";

function refusal(value: unknown): AppError {
	try {
		parseParams(value, "params.json");
	} catch (error) {
		expect(error).toBeInstanceOf(AppError);
		return error as AppError;
	}
	throw new Error("not refused");
}

describe("parseParams", () => {
	it("fills in Anny's defaults", () => {
		expect(parseParams({}, "params.json")).toEqual({
			phenotypes: {},
			local_changes: {},
			pose_parameterization: "root_relative_world",
			pose: {},
			all_phenotypes: false,
		});
	});

	it("takes the parameters out of a result document", () => {
		const result = exampleResult();
		expect(parseParams(result, "result.json")).toEqual({
			phenotypes: result.phenotypes,
			local_changes: result.local_changes,
			pose_parameterization: result.pose_parameterization,
			pose: result.pose,
			all_phenotypes: result.all_phenotypes,
		});
	});

	it.each<[string, unknown, RegExp, RegExp]>([
		[
			"a misspelt key",
			{ phenotype: {} },
			/The key "phenotype" has no meaning in params.json\./,
			/Did you mean "phenotypes"\?/,
		],
		["text for a number", { phenotypes: { age: "old" } }, /^phenotypes\.age in params\.json is not valid/, /Correct/],
		[
			"an infinite number",
			{ local_changes: { a: Number.POSITIVE_INFINITY } },
			/^local_changes\.a in params\.json/,
			/Correct/,
		],
		[
			"eleven numbers for a bone",
			{ pose: { root: Array(11).fill(0) } },
			/^pose\.root in params\.json .* 12 numbers/,
			/Correct/,
		],
		[
			"not a number in a pose",
			{ pose: { root: [...Array(11).fill(0), Number.NaN] } },
			/^pose\.root\[11\] in/,
			/Correct/,
		],
		[
			"an unknown parameterization",
			{ pose_parameterization: "world" },
			/^pose_parameterization in params\.json/,
			/Correct/,
		],
		["a list", [], /^params\.json is not valid/, /Correct/],
		["null", null, /^params\.json is not valid/, /Correct/],
	])("refuses %s in one sentence", (_, value, cause, remedy) => {
		const error = refusal(value);
		expect(error.code).toBe("invalid_argument");
		expect(error.message).toMatch(cause);
		expect(error.message).toMatch(/^[^\n]+\.$/);
		expect(error.remedy).toMatch(remedy);
	});
});

describe("parseParamsText", () => {
	it("reads JSON", () => {
		expect(parseParamsText('{"phenotypes":{"age":0.5}}', "params.json").phenotypes).toEqual({ age: 0.5 });
	});

	it("refuses text that is not JSON", () => {
		expect(() => parseParamsText("{", "params.json")).toThrow(
			expect.objectContaining({ code: "invalid_argument", message: "params.json is not valid JSON." }),
		);
	});
});
