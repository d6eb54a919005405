/**
 * Writes the OpenAPI document of the server and the TypeScript types that the web application makes of it, so that
 * server and application cannot differ. A test compares them.
 *
 * Usage: node tools/document-api.mjs   (after a build)
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { createRouterTransport } from "@connectrpc/connect";

const GENERATED = new URL("../apps/web/src/generated/", import.meta.url);
const NOTE =
	"/** Written by tools/document-api.mjs from the server's OpenAPI document. Run `npm run openapi` after a change. */\n\n";

/**
 * Asks an API on an empty embedded database in a temporary folder, since only a whole API knows its routes. The services
 * that look at photos and build bodies have no part in the document.
 *
 * @returns {Promise<string>} JSON
 */
export async function renderOpenApi() {
	const { createApi } = await import("../services/api/dist/index.js");
	const { openDependencies } = await import("../services/server/dist/index.js");
	const { loadConfig } = await import("../packages/platform/dist/config/index.js");
	const { createLogger } = await import("../packages/platform/dist/observability/index.js");
	const folder = await mkdtemp(join(tmpdir(), "anny-fitter-openapi-"));
	try {
		const config = loadConfig({
			DATA_DIR: folder,
			VAULT_DIR: join(folder, "vault"),
			BCRYPT_COST: "4",
			LOG_LEVEL: "silent",
		});
		const nothing = createRouterTransport(() => undefined);
		const services = { vision: nothing, fitting: nothing, visualization: nothing };
		const log = createLogger({ level: config.logLevel, service: "api" });
		const opened = await openDependencies(config, log, services);
		try {
			const api = await createApi(opened.dependencies);
			const answer = await api.inject({ url: "/api/v1/openapi.json" });
			await api.close();
			return `${JSON.stringify(answer.json(), null, 2)}\n`;
		} finally {
			await opened.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/**
 * @param {string} document OpenAPI as JSON
 * @returns {Promise<string>} TypeScript
 */
export async function renderApiTypes(document) {
	// A tool of the web application's, which other packages do not see.
	const requireOfWeb = createRequire(new URL("../apps/web/package.json", import.meta.url));
	const { default: openapiTS, astToString } = requireOfWeb("openapi-typescript");
	return NOTE + astToString(await openapiTS(document, { defaultNonNullable: false }));
}

/** Where the two files lie. */
export const OPENAPI_FILE = fileURLToPath(new URL("openapi.json", GENERATED));
export const API_TYPES_FILE = fileURLToPath(new URL("api.ts", GENERATED));

if (argv[1] === fileURLToPath(import.meta.url)) {
	const document = await renderOpenApi();
	await writeFile(OPENAPI_FILE, document);
	await writeFile(API_TYPES_FILE, await renderApiTypes(document));
	console.log("apps/web/src/generated/openapi.json and api.ts written");
}
