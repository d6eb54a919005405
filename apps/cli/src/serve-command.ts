import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunningServer } from "@anny-fitter/server";
import type { CommonOptions } from "./common-options.js";
import type { ConsoleIo } from "./console-io.js";
import { createProgressDisplay } from "./progress.js";

/** Longest time that Ctrl-C during the start may take. */
const START_GRACE_MS = 60_000;

export interface ServeOptions extends CommonOptions {
	readonly host?: string;
	readonly port?: string;
	readonly dataDir?: string;
	readonly workers?: string;
}

/**
 * `anny-fitter serve`: the web application and the API with everything behind them, until Ctrl-C.
 *
 * @returns exit code 0 after an orderly end
 * @throws {AppError} `invalid_configuration`, and what the parts throw that cannot be opened
 */
export async function runServe(options: ServeOptions, io: ConsoleIo): Promise<number> {
	if (io.signal.aborted) return 0;
	// What is half open is opened to its end and closed, so that nothing is left behind.
	io.setCancelGrace(START_GRACE_MS);
	const progress = createProgressDisplay(io, options.quiet === true);
	progress.update({ stage: "load", fraction: 0, message: "Opening the database, the networks and the body model" });
	let server: RunningServer;
	try {
		const { serve } = await import("@anny-fitter/server");
		server = await serve(settings(options, io.env));
	} finally {
		progress.finish();
	}
	const { url, servesApplication, shutdownGrace_ms } = server;
	io.setCancelGrace(shutdownGrace_ms + 10_000);
	if (options.json === true) io.stdout.write(`${JSON.stringify({ url, docs_url: `${url}/docs` })}\n`);
	else if (options.quiet !== true) {
		const place = servesApplication ? `Open ${url} in a browser.` : `anny-fitter serves its API at ${url}`;
		io.stdout.write(`${place}\nHow to use the API: ${url}/docs\nCtrl-C ends it.\n`);
	}
	await aborted(io.signal);
	if (options.quiet !== true && options.json !== true) io.stdout.write("Finishing what is running …\n");
	await server.stop();
	return 0;
}

/** The environment, with what the command line says in its place. */
export function settings(options: ServeOptions, env: ConsoleIo["env"]): Record<string, string | undefined> {
	const { host, port, dataDir, workers, modelData } = options;
	const webDir = env.WEB_DIR ? undefined : builtApplication();
	return {
		...env,
		...(webDir === undefined ? {} : { WEB_DIR: webDir }),
		...(host === undefined ? {} : { HOST: host }),
		...(port === undefined ? {} : { PORT: port }),
		...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
		...(workers === undefined ? {} : { WORKERS: workers }),
		...(modelData === undefined ? {} : { ANNY_FITTER_MODEL_DATA: modelData }),
	};
}

/** The web application that is installed beside this program, once it is built. */
function builtApplication(): string | undefined {
	try {
		const manifest = import.meta.resolve("@anny-fitter/web/package.json");
		const folder = fileURLToPath(new URL("dist", manifest));
		return existsSync(join(folder, "index.html")) ? folder : undefined;
	} catch {
		// The program works without it.
		return undefined;
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
