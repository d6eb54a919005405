import { readFileSync } from "node:fs";
import { AppError, ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";
import { renderErrorTable } from "../../../tools/document-errors.mjs";

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

describe("ERROR_TABLE", () => {
	it.each(CODES)("%s is complete", (code) => {
		const { exitCode, httpStatus, title, remedy } = ERROR_TABLE[code];
		expect(code).toMatch(/^[a-z][a-z_]*$/);
		expect([2, 3, 4, 70]).toContain(exitCode);
		expect(httpStatus).toBeGreaterThanOrEqual(400);
		expect(title).toMatch(/^[A-Z][^.\n]*$/);
		expect(remedy).toMatch(/^[A-Z][^\n]*\.$/);
	});

	it("is the table in docs/errors.md", () => {
		const documented = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
		expect(documented, "run `npm run docs`").toBe(renderErrorTable(ERROR_TABLE));
	});
});

describe("AppError", () => {
	it("takes the remedy from the table unless it has a better one", () => {
		expect(new AppError("empty_file", "a.jpg is empty.").remedy).toBe(ERROR_TABLE.empty_file.remedy);
		expect(new AppError("empty_file", "a.jpg is empty.", { remedy: "Try b.jpg." }).remedy).toBe("Try b.jpg.");
	});

	it("carries its cause, its details and whether to try again", () => {
		const cause = new Error("inner");
		const error = new AppError("inference_failed", "The model failed.", {
			cause,
			details: { model: "x" },
			retryable: true,
		});
		expect(error.cause).toBe(cause);
		expect(error.details).toEqual({ model: "x" });
		expect(error.retryable).toBe(true);
		expect(error.exitCode).toBe(70);
		expect(error).toBeInstanceOf(Error);
	});
});
