/**
 * Writes docs/configuration.md from the table of settings, so that the page and the code cannot differ. A test compares
 * them.
 *
 * Usage: node tools/document-configuration.mjs   (after a build)
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderSettings } from "../packages/platform/dist/config/index.js";

writeFileSync(fileURLToPath(new URL("../docs/configuration.md", import.meta.url)), renderSettings());
console.log("docs/configuration.md written");
