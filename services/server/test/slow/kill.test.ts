import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	type ApiClient,
	END_STATES,
	expectStatus,
	logInClient,
	registerClient,
	type SessionState,
	samplePhoto,
} from "../api-client.js";
import { type ServerProcess, startServerProcess } from "../server-process.js";

/** CI has minutes, not hours; `KILLS=50 npx vitest run --config vitest.slow.config.ts …/kill.test.ts` by hand. */
const KILLS = Number(process.env.KILLS ?? (process.env.CI === "true" ? 15 : 50));
const VAULT_DIR = `/dev/shm/anny-fitter-kill-${process.pid}`;
/** Ways in which a fit that its server did not survive may end. */
const INTERRUPTED = ["interrupted", "photos_lost"];
const FACTS = { stature_m: "1.724", weight_kg: "71", sex: "female" };

/** Steps of a fit as its client sees them; kills come at each in turn, a little later every time. */
const STEPS = ["upload", "queued", "active: vision", "active: fit", "completed"] as const;
type Step = (typeof STEPS)[number];
/** How far kills at a step are spread, as a share of a whole fit's time. */
const SPREAD: Readonly<Record<Step, number>> = {
	upload: 0.03,
	queued: 0.1,
	"active: vision": 0.3,
	// Beyond the fit's own share: some hit the moment in which it is stored.
	"active: fit": 1,
	completed: 0.1,
};

/** What clients were told before a kill; it must still hold afterwards. */
interface Promised {
	/** Sessions that a 202 named. */
	readonly sessions: Set<string>;
	/** Sessions that were seen completed, with their model. */
	readonly completed: Map<string, string>;
}

describe("kill -9 at any moment of a fit", () => {
	let dataDir: string;
	let photos: Buffer[];

	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-kill-"));
		photos = [await samplePhoto("woman-front"), await samplePhoto("woman-side")];
	});
	afterAll(() => Promise.all([dataDir, VAULT_DIR].map((folder) => rm(folder, { recursive: true, force: true }))));

	test(`${KILLS} times: nothing promised is lost, nothing is left behind`, { timeout: 1_500_000 }, async () => {
		const start = () => startServerProcess({ env: settings(dataDir) });
		let server = await start();
		const { email, password } = await registerClient(server.url);
		const promised: Promised = { sessions: new Set(), completed: new Map() };
		const steps = new Map<string, number>();
		try {
			let client = await logInClient(server.url, email, password);
			const duration_ms = await measureFit(client, photos, promised);
			for (let i = 0; i < KILLS; i++) {
				const step = STEPS[i % STEPS.length]!;
				const delay_ms = (SPREAD[step] * duration_ms * Math.floor(i / STEPS.length)) / (KILLS / STEPS.length);
				const seen = await killDuringFit(server, client, photos, promised, { step, delay_ms });
				steps.set(seen, (steps.get(seen) ?? 0) + 1);
				server = await start();
				client = await logInClient(server.url, email, password);
				await expectConsistent(client, promised);
			}
		} finally {
			await server.stop();
		}
		await expectEmptyVault();
		console.log(`killed: ${[...steps].map(([step, count]) => `${count}× ${step}`).join(", ")}`);
		// A fit waits in the queue for milliseconds only; all other steps must have been hit.
		expect([...steps.keys()]).toEqual(expect.arrayContaining(STEPS.filter((step) => step !== "queued")));
	});
});

function settings(dataDir: string): Record<string, string> {
	return {
		DATA_DIR: dataDir,
		VAULT_DIR,
		LOG_LEVEL: "warn",
		RATE_LIMIT_PER_HOUR: "1000000",
		AUTH_RATE_LIMIT_PER_MINUTE: "1000000",
		READ_RATE_LIMIT_PER_MINUTE: "1000000",
		STATUS_RATE_LIMIT_PER_MINUTE: "1000000",
		BCRYPT_COST: "4",
	};
}

async function measureFit(client: ApiClient, photos: readonly Buffer[], promised: Promised): Promise<number> {
	const started = performance.now();
	const { session_id } = await accept(client.startFit(photos, FACTS));
	const state = await client.waitForEnd(session_id);
	expect(state.status).toBe("completed");
	promised.sessions.add(session_id);
	promised.completed.set(session_id, state.model_id!);
	return performance.now() - started;
}

async function accept(answer: Promise<Response>): Promise<{ session_id: string }> {
	return (await (await expectStatus(202, answer)).json()) as { session_id: string };
}

/** @returns the step at which the server died, as far as its client knew */
async function killDuringFit(
	server: ServerProcess,
	client: ApiClient,
	photos: readonly Buffer[],
	promised: Promised,
	when: { readonly step: Step; readonly delay_ms: number },
): Promise<string> {
	let step: Step = "upload";
	let onStep: () => void = () => undefined;
	const reached = new Promise<void>((resolve) => {
		onStep = () => STEPS.indexOf(step) >= STEPS.indexOf(when.step) && resolve();
	});
	onStep();
	const watching = (async () => {
		const { session_id } = await accept(client.startFit(photos, FACTS));
		promised.sessions.add(session_id);
		for (;;) {
			const state = await client.session(session_id);
			step = stepOf(state);
			if (step === "completed") promised.completed.set(session_id, state.model_id!);
			onStep();
			if (END_STATES.includes(state.status)) break;
		}
		for (;;) {
			const modelId = promised.completed.get(session_id);
			await (await client.request("GET", `/models/${modelId}/export?format=glb`)).arrayBuffer();
		}
	})();
	// The connection breaks when the server dies; what it has promised until then counts.
	const broken = watching.catch(() => undefined);
	await Promise.race([reached, broken]);
	await new Promise((resolve) => setTimeout(resolve, when.delay_ms));
	await server.kill();
	await broken;
	return step;
}

function stepOf({ status, stage }: SessionState): Step {
	if (status === "queued" || stage === null) return "queued";
	if (status === "completed") return "completed";
	if (status !== "active") throw new Error(`the fit is ${status}`);
	return stage === "vision" ? "active: vision" : "active: fit";
}

async function expectConsistent(client: ApiClient, promised: Promised): Promise<void> {
	const states = await waitUntilQuiet(client);
	const byId = new Map(states.map((state) => [state.session_id, state]));
	for (const sessionId of promised.sessions) expect(byId.has(sessionId), "an accepted fit is still known").toBe(true);
	for (const [sessionId, modelId] of promised.completed) {
		expect(byId.get(sessionId)).toMatchObject({ status: "completed", model_id: modelId });
	}
	for (const state of states) {
		if (state.status === "completed") {
			promised.completed.set(state.session_id, state.model_id!);
			continue;
		}
		expect(state.status).toBe("failed");
		expect(INTERRUPTED).toContain(state.error?.code);
	}
	// Every model is whole, and belongs to exactly one completed fit.
	const completed = states.filter((state) => state.status === "completed");
	expect(new Set(completed.map((state) => state.model_id)).size).toBe(completed.length);
	const newest = completed.at(-1)!;
	const model = (await (await expectStatus(200, client.request("GET", `/models/${newest.model_id}`))).json()) as {
		measurements: Record<string, unknown>;
	};
	const measured = await expectStatus(200, client.request("GET", `/models/${newest.model_id}/measurements`));
	const { measurements } = (await measured.json()) as { measurements: Record<string, unknown> };
	expect(Object.keys(measurements).length).toBe(Object.keys(model.measurements).length);
	expect(Object.keys(measurements).length).toBeGreaterThanOrEqual(38);
	await expectEmptyVault();
}

/** All sessions of the user, once none is on its way any more. */
async function waitUntilQuiet(client: ApiClient): Promise<readonly SessionState[]> {
	const until = Date.now() + 60_000;
	for (;;) {
		const states = await allSessions(client);
		const open = states.filter((state) => !END_STATES.includes(state.status));
		if (open.length === 0) return states;
		if (Date.now() > until) throw new Error(`stuck: ${open.map((state) => state.status).join(", ")}`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

async function allSessions(client: ApiClient): Promise<SessionState[]> {
	const states: SessionState[] = [];
	for (;;) {
		const answer = await expectStatus(200, client.request("GET", `/sessions?limit=100&offset=${states.length}`));
		const page = (await answer.json()) as { sessions: SessionState[]; total: number };
		states.push(...page.sessions);
		if (states.length >= page.total || page.sessions.length === 0) return states;
	}
}

/** The server wipes within a moment after a fit has ended. */
async function expectEmptyVault(): Promise<void> {
	const until = Date.now() + 10_000;
	for (;;) {
		const entries = await readdir(VAULT_DIR, { recursive: true, withFileTypes: true }).catch(() => []);
		const files = entries.filter((entry) => /\.(?:photo|part)$/.test(entry.name));
		if (files.length === 0) return;
		if (Date.now() > until) throw new Error(`${files.length} photos are left on the RAM disk`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
