#!/usr/bin/env node
import { existsSync } from "node:fs";

// npm links this file when it installs, which may be before the sources are compiled.
const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
	await import(main.href);
} else {
	console.error("error: anny-fitter is not compiled yet.\nremedy: Run `npm run build` in the project's folder.");
	process.exitCode = 70;
}
