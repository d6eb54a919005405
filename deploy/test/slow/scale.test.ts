import { availableParallelism, loadavg } from "node:os";
import { Redis } from "ioredis";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asSuperuser, isPostgresPresent } from "../../../packages/platform/test/test-databases.js";
import {
	type ApiClient,
	expectStatus,
	registerClient,
	type SampleName,
	type SessionState,
	samplePhoto,
} from "../../../services/server/test/api-client.js";
import type { ConfinedProcess } from "../stack/confined-process.js";
import {
	type FitPhotos,
	fitPatiently,
	type Obstacles,
	type PatientFit,
	pause,
	watchSession,
} from "../stack/patient-client.js";
import { cpuOf, peakMemory_mb, readUse } from "../stack/process-cost.js";
import { type Stack, startStack } from "../stack/stack.js";

/** A hundred take minutes: `SCALE_FITS=100 npx vitest run --config vitest.slow.config.ts deploy/test/slow/scale.test.ts`. */
const FITS = Number(process.env.SCALE_FITS ?? 16);
const FITS_AT_ONCE = 10;
const FITS_BETWEEN_KILLS = 2;
/** Fits of each half of the comparison, and those of which the cost is measured one by one. */
const MEASURED_FITS = Number(process.env.SCALE_MEASURED_FITS ?? 6);
const PEOPLE: readonly { readonly name: "woman" | "man" | "girl"; readonly facts: FitPhotos["facts"] }[] = [
	{ name: "woman", facts: { stature_m: "1.724", weight_kg: "71", sex: "female" } },
	{ name: "man", facts: { stature_m: "1.8", sex: "male" } },
	{ name: "girl", facts: { stature_m: "1.3", age_years: "8", sex: "female" } },
];
/** The two APIs far apart: a fit is begun five times at most (services/api/src/fits/session-claim.ts). */
const TURNS = [
	["api", 0],
	["vision", 0],
	["fitting", 0],
	["gateway", 0],
	["api", 1],
	["visualization", 0],
	["vision", 1],
	["fitting", 1],
] as const;

const UNLIMITED = "1000000";

describe.skipIf(!isPostgresPresent)("two of each process behind nginx, on PostgreSQL and Redis", () => {
	let stack: Stack;
	let client: ApiClient;
	let people: FitPhotos[];
	const before = getGlobalDispatcher();

	beforeAll(async () => {
		people = await Promise.all(
			PEOPLE.map(async ({ name, facts }) => ({
				facts,
				photos: await Promise.all(["front", "side"].map((view) => samplePhoto(`${name}-${view}` as SampleName))),
			})),
		);
		stack = await startStack({
			replicas: { api: 2, vision: 2, fitting: 2, visualization: 1 },
			gateway: {
				GATEWAY_REQUESTS_PER_SECOND: "1000",
				GATEWAY_REQUEST_BURST: "1000",
				GATEWAY_UPLOADS_PER_MINUTE: "1000",
			},
			api: {
				FIT_CONCURRENCY: "2",
				// Fewer places than clients, so that some are refused.
				MAX_QUEUED_FITS: "4",
				RATE_LIMIT_PER_HOUR: UNLIMITED,
				READ_RATE_LIMIT_PER_MINUTE: UNLIMITED,
				STATUS_RATE_LIMIT_PER_MINUTE: UNLIMITED,
			},
		});
		setGlobalDispatcher(new Agent({ connect: { ca: stack.ca }, connections: 50 }));
		client = await registerClient(stack.url);
	});
	afterAll(async () => {
		setGlobalDispatcher(before);
		await stack?.stop();
	});

	test("progress reaches a client whichever API it is connected to", async () => {
		const accepted = await Promise.all(
			people.concat(people[0]!).map(async ({ photos, facts }) => {
				const answer = await expectStatus(202, client.startFit(photos, facts));
				return ((await answer.json()) as { session_id: string }).session_id;
			}),
		);
		for (const sessionId of accepted) {
			const told = await Promise.all(
				[...stack.apiUrls, stack.url].map(async (url) => {
					const states: SessionState[] = [];
					const [code] = await Promise.all([
						watchSession(url, client.token, sessionId, (state) => states.push(state), stack.ca),
						pollSession(url, sessionId),
					]);
					expect(code).toBe(1000);
					return states;
				}),
			);
			for (const states of told) expect(states.at(-1)).toMatchObject({ status: "completed", progress: 1 });
		}
		const workers = accepted.map((sessionId) =>
			stack.processes.api.findIndex((one) => endedFits(one).some((line) => line.session_id === sessionId)),
		);
		console.info("fits by the API that worked on them:", workers);
		// Both worked, so each told of fits that were the other's.
		expect(new Set(workers)).toEqual(new Set([0, 1]));
	});

	test("what a fit costs", async () => {
		const groups = stack.processes;
		const cpu = (processes: readonly ConfinedProcess[]) => processes.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
		const rows: Record<"vision" | "fitting", number[]> = { vision: [], fitting: [] };
		const start = await readUse(stack);
		const fits: PatientFit[] = [];
		for (let i = 0; i < MEASURED_FITS; i++) {
			const [vision_s, fitting_s] = [cpu(groups.vision), cpu(groups.fitting)];
			fits.push(await fitPerson(i, { refusals: new Map(), broken: 0 }));
			rows.vision.push(round(cpu(groups.vision) - vision_s, 2));
			rows.fitting.push(round(cpu(groups.fitting) - fitting_s, 2));
		}
		const end = await readUse(stack);
		const perFit = (value: number) => value / MEASURED_FITS;
		console.info(
			"processor seconds and kilobytes moved per fit:",
			Object.fromEntries(
				Object.keys(end.processes).map((name) => {
					const [from, to] = [start.processes[name]!, end.processes[name]!];
					const cpu_s = round(perFit(to.cpu_s - from.cpu_s), 3);
					return [name, { cpu_s, kB: Math.round(perFit(to.transferred_bytes - from.transferred_bytes) / 1000) }];
				}),
			),
			"by fit:",
			rows,
			"kB of tables and indexes per fit:",
			round(perFit(end.database_bytes - start.database_bytes) / 1000, 1),
			"transactions per fit:",
			round(perFit(end.transactions - start.transactions), 1),
			"kB of a mesh:",
			Math.round(fits[0]!.mesh_bytes / 1000),
			"seconds, one at a time:",
			fits.map(({ duration_ms }) => round(duration_ms / 1000, 2)),
			"peak MB:",
			Object.fromEntries(
				(["api", "vision", "fitting", "visualization"] as const).map((name) => [
					name,
					groups[name].map(({ pid }) => Math.round(peakMemory_mb(pid))),
				]),
			),
		);
		const total_s = sum([...rows.vision, ...rows.fitting]) / MEASURED_FITS;
		expect(total_s).toBeGreaterThan(0.2);
		expect(total_s).toBeLessThan(30);
		expect(fits.map(({ state }) => state.status)).toEqual(fits.map(() => "completed"));
	});

	test("two of each beside one of each", async () => {
		const second = (["api", "vision", "fitting"] as const).map((name) => stack.processes[name][1]!);
		const first = (["api", "vision", "fitting"] as const).map((name) => stack.processes[name][0]!);
		const two = await throughput([...first, ...second]);
		await Promise.all(second.map((one) => one.kill()));
		const one = await throughput(first);
		for (const process of second) process.restart();
		for (const name of ["vision", "fitting", "api"] as const) await stack.untilWell(name, 1);
		console.info(
			`fits per minute: ${round(two.perMinute, 1)} with two of each, ${round(one.perMinute, 1)} with one of each, ratio`,
			`${round(two.perMinute / one.perMinute, 2)}; cores at work: ${round(two.cores, 2)} and ${round(one.cores, 2)} of`,
			`${availableParallelism()}; core seconds per fit: ${round(two.cpuPerFit_s, 2)} and ${round(one.cpuPerFit_s, 2)};`,
			`load of the machine ${loadavg()[0]!.toFixed(1)}`,
		);
		// Fits per minute are at the mercy of the machine's other programs. Core seconds are less so: sharing the work out
		// must not make it more.
		expect(two.cpuPerFit_s / one.cpuPerFit_s).toBeLessThan(1.5);
	});

	test(`${FITS} fits while every kind of process is killed in turns: none is lost, none is stored twice`, {
		timeout: 3_000_000,
	}, async () => {
		const earlier = await stored();
		const obstacles: Obstacles = { refusals: new Map(), broken: 0 };
		const kills = new Map<string, number>();
		let isOver = false;
		const started = performance.now();
		let next = 0;
		const fits: PatientFit[] = [];
		const killing = killInTurns(kills, fits, () => isOver);
		try {
			await Promise.all(
				Array.from({ length: FITS_AT_ONCE }, async () => {
					// As long as there are processes that were not killed yet, work goes on.
					while (next < FITS || kills.size < TURNS.length) fits.push(await fitPerson(next++, obstacles));
				}),
			);
		} finally {
			isOver = true;
			await killing;
		}
		const seconds = (performance.now() - started) / 1000;
		const now = await stored();
		console.info(
			`${fits.length} fits in ${Math.round(seconds)} s; killed:`,
			Object.fromEntries(kills),
			"refused:",
			Object.fromEntries(obstacles.refusals),
			`broken off: ${obstacles.broken}; begun again: ${now.attempts - earlier.attempts - fits.length};`,
			`beginnings of one fit at most: ${now.mostAttempts};`,
			`without photos (vision_unavailable): ${now.withoutPhotos - earlier.withoutPhotos};`,
			`slowest ${Math.round(Math.max(...fits.map(({ duration_ms }) => duration_ms)) / 1000)} s`,
		);
		const ends = new Set(fits.map(({ state }) => `${state.status} ${state.error?.code ?? ""}`.trim()));
		expect([...ends]).toEqual(["completed"]);
		expect(fits.length).toBeGreaterThanOrEqual(FITS);
		expect(kills.size).toBe(TURNS.length);
		// Each key made one session, each session one body.
		expect(new Set(fits.map(({ state }) => state.session_id)).size).toBe(fits.length);
		expect(new Set(fits.map(({ state }) => state.model_id)).size).toBe(fits.length);
		expect(now.sessions - earlier.sessions).toBe(fits.length);
		expect(now.models - earlier.models).toBe(fits.length);
		expect(now.fittedSessions).toBe(now.models);
		expect(now.open).toBe(0);
		expect(obstacles.refusals.get(503)).toBeGreaterThan(0);
		await expectEmptyVault();
	});

	/**
	 * By what gets done, not by the clock: killed faster than fits end, the APIs would use up the five attempts of a fit on a
	 * slow machine.
	 */
	async function killInTurns(kills: Map<string, number>, fits: readonly unknown[], isOver: () => boolean) {
		for (let turn = 0; ; turn++) {
			const ended = fits.length;
			while (fits.length < ended + FITS_BETWEEN_KILLS && !isOver()) await pause(50);
			// Not always when a fit has just ended.
			await pause((turn * 777) % 3000);
			if (isOver()) return;
			const [name, index] = TURNS[turn % TURNS.length]!;
			const process = name === "gateway" ? stack.processes.gateway : stack.processes[name][index]!;
			await process.kill();
			process.restart();
			await stack.untilWell(name, index);
			const label = `${name} ${index}`;
			kills.set(label, (kills.get(label) ?? 0) + 1);
		}
	}

	function fitPerson(index: number, obstacles: Obstacles): Promise<PatientFit> {
		return fitPatiently(client, stack, people[index % people.length]!, obstacles);
	}

	/** With four in flight: as many as places in the queue, so that nobody waits for a Retry-After. */
	async function throughput(processes: readonly ConfinedProcess[]) {
		const cpu = () => sum(processes.map(({ pid }) => cpuOf(pid)));
		const [started, startCpu_s] = [performance.now(), cpu()];
		let next = 0;
		const obstacles: Obstacles = { refusals: new Map(), broken: 0 };
		await Promise.all(
			Array.from({ length: 4 }, async () => {
				while (next < MEASURED_FITS) expect((await fitPerson(next++, obstacles)).state.status).toBe("completed");
			}),
		);
		expect(obstacles.refusals.size).toBe(0);
		const [duration_s, cpu_s] = [(performance.now() - started) / 1000, cpu() - startCpu_s];
		return {
			perMinute: (60 * MEASURED_FITS) / duration_s,
			cores: cpu_s / duration_s,
			cpuPerFit_s: cpu_s / MEASURED_FITS,
		};
	}

	/** By HTTP until its end, which it nears step by step. */
	async function pollSession(url: string, sessionId: string): Promise<void> {
		let progress = 0;
		for (;;) {
			const answer = await expectStatus(
				200,
				fetch(`${url}/api/v1/sessions/${sessionId}`, { headers: { authorization: `Bearer ${client.token}` } }),
			);
			const state = (await answer.json()) as SessionState;
			expect(state.progress).toBeGreaterThanOrEqual(progress);
			progress = state.progress;
			if (state.status === "completed") return;
			expect(["queued", "active"]).toContain(state.status);
			await pause(100);
		}
	}

	function endedFits(api: ConfinedProcess): { readonly session_id?: string }[] {
		const lines = api
			.log()
			.split("\n")
			.filter((line) => line.includes('"fit ended"'));
		return lines.map((line) => JSON.parse(line));
	}

	/** What the database holds, whoever made it. */
	function stored() {
		return asSuperuser(stack.databaseUrl, async (database) => {
			const { rows } = await database.query<Record<string, string>>(`
				select (select count(*) from sessions) as sessions,
					(select count(*) from sessions where status <> 'completed') as open,
					(select sum(attempt) from sessions) as attempts,
					(select max(attempt) from sessions) as most_attempts,
					(select count(*) from fitted_models) as models,
					(select count(distinct session_id) from fitted_models) as fitted,
					(select count(*) from fitted_models m where m::text like '%vision_unavailable%') as without_photos`);
			const [row] = rows;
			return {
				sessions: Number(row!.sessions),
				open: Number(row!.open),
				attempts: Number(row!.attempts),
				mostAttempts: Number(row!.most_attempts),
				models: Number(row!.models),
				fittedSessions: Number(row!.fitted),
				withoutPhotos: Number(row!.without_photos),
			};
		});
	}

	/** An upload whose process was killed is swept when its time is over: REQUEST_TIMEOUT_SECONDS × 10, and a minute. */
	async function expectEmptyVault(): Promise<void> {
		const redis = new Redis(stack.redis.photos.url);
		try {
			await expect.poll(() => redis.keys("*"), { timeout: 400_000, interval: 500 }).toEqual([]);
		} finally {
			redis.disconnect();
		}
	}
});

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

function round(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}
