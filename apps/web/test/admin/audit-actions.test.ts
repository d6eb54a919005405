import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AUDIT_ACTIONS, dayRange } from "../../src/features/admin/audit-actions.js";

const api = fileURLToPath(new URL("../../../../services/api/src", import.meta.url));
const locales = fileURLToPath(new URL("../../src/i18n/locales", import.meta.url));

describe("days of the audit log", () => {
	test("run from the start of the first to the end of the last, where the person is", () => {
		const { from, to } = dayRange("2026-03-28", "2026-03-29");
		expect(new Date(from ?? "")).toEqual(new Date(2026, 2, 28));
		// In most of Europe the clocks change on the 29th: a day need not have 24 hours.
		expect(new Date(to ?? "")).toEqual(new Date(2026, 2, 30));
	});
	test("may be open at either end", () => {
		expect(dayRange("", "")).toEqual({});
		expect(Object.keys(dayRange("2026-01-01", ""))).toEqual(["from"]);
		expect(Object.keys(dayRange("", "2026-01-01"))).toEqual(["to"]);
	});
});

describe("actions of the audit log", () => {
	const source = readdirSync(api, { recursive: true })
		.map(String)
		.filter((name) => name.endsWith(".ts"))
		.map((name) => readFileSync(join(api, name), "utf8"))
		.join("\n");
	const recorded = [...source.matchAll(/recordAudit\([^;]*?action: "([a-z_]+)"/gs)].map(([, name]) => name ?? "");

	test("are the ones that the server records", () => {
		expect(recorded.length).toBeGreaterThan(10);
		expect(AUDIT_ACTIONS).toEqual(expect.arrayContaining(recorded));
	});

	test.each(readdirSync(locales).filter((name) => !name.includes(".")))("have words in %s", (language) => {
		const { actions } = JSON.parse(readFileSync(join(locales, language, "admin.json"), "utf8"));
		expect(Object.keys(actions).sort()).toEqual([...AUDIT_ACTIONS].sort());
	});
});
