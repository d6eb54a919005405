import { setTimeout as sleep } from "node:timers/promises";
import { type Database, type DatabaseOptions, openDatabase, type Tx } from "@anny-fitter/platform/database";
import { createMetrics } from "@anny-fitter/platform/observability";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, createPerson, createUser, type Person } from "../database-fixture.js";
import { hasPostgresPrograms, type PostgresPair, startPostgresPair } from "../postgres-pair.js";
import { until } from "../redis-server.js";
import { TEST_DATABASE_URL } from "../test-databases.js";

const READS = 600;
const ROUNDS = 100;
const CLIENTS = 8;

/** Where a read ran. */
const isReplica = async (tx: Tx) =>
	(await sql<{ it: boolean }>`select pg_is_in_recovery() as it`.execute(tx)).rows[0]!.it;
const namesOf = (tx: Tx) => tx.selectFrom("subjects").select("name").orderBy("created_at").execute();

describe.skipIf(!hasPostgresPrograms())("reads on a streaming replica", () => {
	let pair: PostgresPair;
	let [here, there]: Database[] = [];
	let person: Person;
	const warnings: string[] = [];
	const metrics = createMetrics({ service: "api" });
	const options = (): DatabaseOptions => ({
		url: pair.url,
		replicaUrl: pair.replicaUrl,
		timeout_ms: 4_000,
		log: { warn: (details, message) => warnings.push(`${(details as { obstacle?: string }).obstacle}: ${message}`) },
		metrics,
	});
	const countOf = async (server: string, reason: string) => {
		const line = new RegExp(`^database_reads_total\\{.*server="${server}",reason="${reason}".*\\} (\\d+)`, "m");
		return Number(line.exec(await metrics.render())?.[1] ?? 0);
	};
	const addSubject = (database: Database, name: string) =>
		database.asUser(person.actor, (tx) => tx.insertInto("subjects").values({ user_id: person.userId, name }).execute());

	beforeAll(async () => {
		pair = await startPostgresPair();
		// Two processes of the API, as replicas of it would be.
		here = await openDatabase(options());
		there = await openDatabase(options());
		person = await createPerson(here);
	});
	afterAll(async () => {
		await Promise.all([here?.close(), there?.close()]);
		await pair?.dispose();
	});

	it("run there under the same role, and change nothing", async () => {
		const stranger = await createUser(here!);
		await until(() => there!.readAsUser(person.actor, isReplica));
		const seen = await there!.readAsUser(person.actor, async (tx) => ({
			isReplica: await isReplica(tx),
			role: (await sql<{ role: string }>`select current_user::text as role`.execute(tx)).rows[0]!.role,
			names: await namesOf(tx),
		}));
		expect(seen).toEqual({ isReplica: true, role: "anny_fitter_app", names: [{ name: "Someone" }] });
		expect(await there!.readAsUser(stranger, namesOf)).toEqual([]);
		const changing = there!.readAsUser(person.actor, (tx) => tx.deleteFrom("subjects").execute());
		expect(await codeOf(changing)).toBe("25006");
		expect(await there!.asUser(person.actor, isReplica)).toBe(false);
	});

	it("see what any process has written before", async () => {
		const before = await countOf("replica", "fresh");
		for (let i = 0; i < ROUNDS; i++) {
			await addSubject(here!, `round ${i}`);
			const names = await there!.readAsUser(person.actor, namesOf);
			expect(names.at(-1)).toEqual({ name: `round ${i}` });
		}
		const share = ((await countOf("replica", "fresh")) - before) / ROUNDS;
		console.log(`reads right after a write that the replica answered: ${(100 * share).toFixed(0)} %`);
		expect(share).toBeGreaterThan(0.5);
	});

	it("see it, too, while others write and read at the same time", async () => {
		let committed = 0;
		let isWriting = true;
		const mine = (tx: Tx) =>
			tx.selectFrom("subjects").select("name").where("subject_id", "=", person.subjectId).executeTakeFirstOrThrow();
		const write = async () => {
			for (let i = 1; i <= 150; i++) {
				await here!.asUser(person.actor, (tx) =>
					tx
						.updateTable("subjects")
						.set({ name: `${i}` })
						.where("subject_id", "=", person.subjectId)
						.execute(),
				);
				committed = i;
			}
			isWriting = false;
		};
		const read = async () => {
			let count = 0;
			for (; isWriting; count++) {
				const least = committed;
				const { name } = await there!.readAsUser(person.actor, mine);
				if (least > 0) expect(Number(name)).toBeGreaterThanOrEqual(least);
			}
			return count;
		};
		const [, ...counts] = await Promise.all([write(), read(), read(), read(), read()] as const);
		expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
	});

	it("go to the primary while the replica is behind, and are told of once", async () => {
		const fresh = await openDatabase(options());
		warnings.length = 0;
		await pair.query(pair.replicaUrl, "select pg_wal_replay_pause()");
		try {
			await addSubject(here!, "while it stands still");
			const started = performance.now();
			const seen = await fresh.readAsUser(person.actor, async (tx) => [
				await isReplica(tx),
				(await namesOf(tx)).at(-1),
			]);
			expect(seen).toEqual([false, { name: "while it stands still" }]);
			expect(performance.now() - started).toBeLessThan(1_000);
			for (let i = 0; i < 20; i++) expect(await fresh.readAsUser(person.actor, isReplica)).toBe(false);
			expect(await countOf("primary", "resting")).toBeGreaterThanOrEqual(20);
			expect(warnings).toEqual(["behind: Reads go to the primary, not the replica."]);
		} finally {
			await pair.query(pair.replicaUrl, "select pg_wal_replay_resume()");
		}
		await until(() => fresh.readAsUser(person.actor, isReplica));
		await fresh.close();
	});

	it("spare the primary", async () => {
		const alone = await openDatabase({ ...options(), replicaUrl: undefined });
		const measure = async (database: Database) => {
			const [start_s, started] = [pair.primaryTime_s(), performance.now()];
			let left = READS;
			const client = async () => {
				while (left-- > 0)
					await database.readAsUser(person.actor, (tx) => tx.selectFrom("subjects").selectAll().execute());
			};
			await Promise.all(Array.from({ length: CLIENTS }, client));
			const wall_s = (performance.now() - started) / 1000;
			return { primary_ms: (pair.primaryTime_s() - start_s) * (1000 / READS), perSecond: READS / wall_s };
		};
		try {
			// Connections are opened before anything is timed.
			for (const database of [alone, there!]) await measure(database);
			const [without, with_] = [await measure(alone), await measure(there!)];
			const text = ({ primary_ms, perSecond }: typeof without) =>
				`${primary_ms.toFixed(3)} ms of the primary's processor each, ${perSecond.toFixed(0)} a second`;
			console.log(`lists of a hundred subjects: without a replica ${text(without)}; with one ${text(with_)}`);
			expect(with_.primary_ms).toBeLessThan(without.primary_ms);
		} finally {
			await alone.close();
		}
	});

	it("go to the primary while the replica is away, from the start or later", async () => {
		warnings.length = 0;
		await pair.killReplica();
		expect(await here!.readAsUser(person.actor, isReplica)).toBe(false);
		const late = await openDatabase(options());
		try {
			expect(await late.readAsUser(person.actor, isReplica)).toBe(false);
			expect(warnings.filter((text) => text.startsWith("away"))).not.toEqual([]);
			await pair.startReplica();
			await until(() => late.readAsUser(person.actor, isReplica));
			await until(() => here!.readAsUser(person.actor, isReplica));
		} finally {
			await late.close();
		}
	});

	it("are not made on a server that belongs to others, or that no longer follows", async () => {
		const foreign = openDatabase({ ...options(), replicaUrl: TEST_DATABASE_URL });
		await expect(foreign).rejects.toMatchObject({ code: "invalid_configuration" });
		await pair.query(pair.replicaUrl, "select pg_promote()");
		await addSubject(here!, "after the replica went its own way");
		for (let i = 0; i < 5; i++) {
			expect(await there!.readAsUser(person.actor, isReplica)).toBe(false);
			expect((await there!.readAsUser(person.actor, namesOf)).at(-1)?.name).toBe("after the replica went its own way");
			await sleep(10);
		}
		expect(await countOf("primary", "not_a_replica")).toBeGreaterThan(0);
	});
});
