import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerProcess, startServerProcess } from "../../../../services/server/test/server-process.js";

const BUILT = fileURLToPath(new URL("../../dist", import.meta.url));

/** The application as a person starts it: `anny-fitter serve` with the embedded defaults and an empty data folder. */
export interface Application {
	readonly url: string;
	readonly dataDir: string;
	/** What the server logged so far. */
	log(): string;
	/** SIGKILL, as if the power failed. */
	kill(): Promise<void>;
	/** Starts the server again at the same address with the same data, after {@link Application.kill} or {@link Application.stop}. */
	restart(): Promise<void>;
	/** Ends the server; the data stay for {@link Application.restart}. */
	stop(): Promise<void>;
	/** Ends the server and removes its data. */
	close(): Promise<void>;
}

/**
 * Starts the built application (`WEB_DIR`, else `apps/web/dist`).
 *
 * @param env settings beside the defaults; a suite asks more in a minute than a person in an hour, so the budgets are large
 */
export async function startApplication(env: Readonly<Record<string, string>> = {}): Promise<Application> {
	const webDir = process.env.WEB_DIR || BUILT;
	if (!existsSync(join(webDir, "index.html"))) {
		throw new Error("The web application is not built: run `npm run build --workspace @anny-fitter/web`.");
	}
	const dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-browser-"));
	const port = await freePort();
	const start = () =>
		startServerProcess({
			env: {
				DATA_DIR: join(dataDir, "data"),
				VAULT_DIR: join(dataDir, "vault"),
				WEB_DIR: webDir,
				LOG_LEVEL: "warn",
				RATE_LIMIT_PER_HOUR: "100000",
				READ_RATE_LIMIT_PER_MINUTE: "100000",
				STATUS_RATE_LIMIT_PER_MINUTE: "100000",
				AUTH_RATE_LIMIT_PER_MINUTE: "100000",
				BCRYPT_COST: "4",
				...env,
			},
			parameters: ["--port", String(port)],
		});
	let server: ServerProcess;
	try {
		server = await start();
	} catch (error) {
		await rm(dataDir, { recursive: true, force: true });
		throw error;
	}
	return {
		url: server.url,
		dataDir,
		log: () => server.log(),
		kill: () => server.kill(),
		restart: async () => {
			server = await start();
		},
		stop: async () => {
			await server.stop();
		},
		close: async () => {
			await server.stop();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}

/** A port that nobody listens on; a server must come back to the address that its pages know. */
function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.on("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
