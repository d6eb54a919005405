import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { API_TYPES_FILE, OPENAPI_FILE, renderApiTypes, renderOpenApi } from "../document-api.mjs";

it("the web application's types are those of this server (npm run openapi)", async () => {
	const document = await renderOpenApi();
	expect(document).toBe(await readFile(OPENAPI_FILE, "utf8"));
	expect(await renderApiTypes(document)).toBe(await readFile(API_TYPES_FILE, "utf8"));
});

it("the test would see a changed answer", async () => {
	const document = JSON.parse(await readFile(OPENAPI_FILE, "utf8"));
	document.components.schemas.Model.properties.stature_m.type = "string";
	expect(await renderApiTypes(JSON.stringify(document))).not.toBe(await readFile(API_TYPES_FILE, "utf8"));
});
