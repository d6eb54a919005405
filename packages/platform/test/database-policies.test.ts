import { randomUUID } from "node:crypto";
import type { Actor, Database, Tx } from "@anny-fitter/platform/database";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addModel, codeOf, createPerson, createUser, later, type Person } from "./database-fixture.js";
import { createTestDatabase, TEST_DATABASE_KINDS, type TestDatabase } from "./test-databases.js";

const TABLES = [
	"users",
	"subjects",
	"sessions",
	"fitted_models",
	"measurements",
	"audit_log",
	"refresh_tokens",
	"consents",
	"idempotency_keys",
	"exports",
] as const;
/** What the role of users' work may not even name. */
const CLOSED = new Set<string>(["refresh_tokens"]);
const DENIED = "42501";

describe.each(TEST_DATABASE_KINDS)("row-level security on %s", (kind) => {
	let opened: TestDatabase;
	let database: Database;
	let anna: Person;
	let bert: Person;

	beforeAll(async () => {
		opened = await createTestDatabase(kind);
		database = opened.database;
		anna = await createPerson(database);
		bert = await createPerson(database);
	});
	afterAll(() => opened?.dispose());

	const asAnna = <T>(work: (tx: Tx) => Promise<T>) => database.asUser(anna.actor, work);
	const count = async (tx: Tx, table: string, userId: string) => {
		const { rows } = await sql<{ n: number }>`
			select count(*)::int as n from ${sql.table(table)} where user_id = ${userId}`.execute(tx);
		return rows[0]!.n;
	};

	it("covers every table that names a user, also against its owner", async () => {
		const { rows } = await database.asSystem((tx) =>
			sql<{ name: string; secured: boolean }>`
				select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as secured from pg_class c
				where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and exists (
					select from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id')`.execute(tx),
		);
		expect(rows.map((row) => row.name).sort()).toEqual([...TABLES].sort());
		expect(rows.filter((row) => !row.secured)).toEqual([]);
	});

	it("takes from both roles the power to bypass it", async () => {
		const who = (tx: Tx) =>
			sql<{ user: string; above: boolean }>`
				select rolname::text as user, rolsuper or rolbypassrls as above from pg_roles where rolname = current_user`.execute(
				tx,
			);
		expect((await asAnna(who)).rows).toEqual([{ user: "anny_fitter_app", above: false }]);
		expect((await database.asSystem(who)).rows).toEqual([{ user: "anny_fitter_system", above: false }]);
	});

	describe.each(TABLES)("%s", (table) => {
		it("shows a user the own rows and nobody else's", async () => {
			if (CLOSED.has(table)) {
				expect(await codeOf(asAnna((tx) => count(tx, table, anna.userId)))).toBe(DENIED);
				return;
			}
			expect(await asAnna((tx) => count(tx, table, anna.userId))).toBeGreaterThan(0);
			expect(await asAnna((tx) => count(tx, table, bert.userId))).toBe(0);
			const { rows } = await asAnna((tx) =>
				sql<{ n: number }>`
					select count(*)::int as n from ${sql.table(table)} where user_id is distinct from ${anna.userId}`.execute(tx),
			);
			expect(rows[0]!.n).toBe(0);
		});

		it("shows nothing when no user is set", async () => {
			const counted = database.asSystem(async (tx) => {
				await sql`set local role anny_fitter_app`.execute(tx);
				const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(tx);
				return rows[0]!.n;
			});
			if (CLOSED.has(table)) expect(await codeOf(counted)).toBe(DENIED);
			else expect(await counted).toBe(0);
		});

		it("lets nobody change, take, give away or delete another's rows", async () => {
			const before = await database.asSystem((tx) => snapshot(tx, table, bert.userId));
			for (const statement of [
				sql`update ${sql.table(table)} set user_id = ${anna.userId} where user_id = ${bert.userId}`,
				sql`update ${sql.table(table)} set user_id = ${bert.userId} where user_id = ${anna.userId}`,
				sql`delete from ${sql.table(table)} where user_id = ${bert.userId}`,
				sql`delete from ${sql.table(table)} where user_id <> ${anna.userId}`,
				sql`truncate ${sql.table(table)} cascade`,
			]) {
				const outcome = asAnna(async (tx) => Number((await statement.execute(tx)).numAffectedRows ?? 0));
				const code = await codeOf(outcome);
				if (code === "none") expect(await outcome).toBe(0);
				else expect(code).toBe(DENIED);
			}
			expect(await database.asSystem((tx) => snapshot(tx, table, bert.userId))).toEqual(before);
			expect(before.length).toBeGreaterThan(0);
		});
	});

	async function snapshot(tx: Tx, table: string, userId: string) {
		const { rows } = await sql`select * from ${sql.table(table)} where user_id = ${userId} order by 1, 2`.execute(tx);
		return rows;
	}

	describe("does not say whether another's row exists", () => {
		/** Both must fail alike but for the values that were given. */
		async function expectAlike(attempt: (tx: Tx, id: string) => Promise<unknown>, existing: string): Promise<void> {
			const describeFailure = async (id: string) => {
				try {
					await asAnna((tx) => attempt(tx, id));
					return { code: "none" };
				} catch (error) {
					const { code, message, detail } = error as { code: string; message: string; detail?: string };
					return { code, message, detail: detail?.replaceAll(id, "…") };
				}
			};
			const known = await describeFailure(existing);
			expect(known.code).not.toBe("none");
			expect(known).toEqual(await describeFailure(randomUUID()));
		}

		it("when an id is chosen", async () => {
			await expectAlike(
				(tx, id) => tx.insertInto("subjects").values({ subject_id: id, user_id: anna.userId }).execute(),
				bert.subjectId,
			);
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("sessions")
						.values({ session_id: id, user_id: anna.userId, expires_at: later(), request: "{}" })
						.execute(),
				bert.sessionId,
			);
		});

		it("when a row is attached to it", async () => {
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("sessions")
						.values({ user_id: anna.userId, subject_id: id, expires_at: later(), request: "{}" })
						.execute(),
				bert.subjectId,
			);
			await expectAlike(
				(tx, id) =>
					tx.updateTable("sessions").set({ subject_id: id }).where("session_id", "=", anna.sessionId).execute(),
				bert.subjectId,
			);
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("exports")
						.values({
							user_id: anna.userId,
							model_id: id,
							format: "obj",
							object_key: "k",
							size_bytes: 1,
							expires_at: later(),
						})
						.execute(),
				bert.modelId,
			);
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("idempotency_keys")
						.values({
							user_id: anna.userId,
							key: randomUUID(),
							fingerprint: Buffer.alloc(1),
							session_id: id,
							expires_at: later(),
						})
						.execute(),
				bert.sessionId,
			);
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("idempotency_keys")
						.values({
							user_id: anna.userId,
							key: randomUUID(),
							fingerprint: Buffer.alloc(1),
							model_id: id,
							expires_at: later(),
						})
						.execute(),
				bert.modelId,
			);
		});

		it("when a row is written for another user", async () => {
			await expectAlike(
				(tx, id) => tx.insertInto("subjects").values({ user_id: id, name: "x" }).execute(),
				bert.userId,
			);
			await expectAlike(
				(tx, id) => tx.insertInto("audit_log").values({ user_id: id, action: "forged" }).execute(),
				bert.userId,
			);
			await expectAlike(
				(tx, id) =>
					tx
						.insertInto("consents")
						.values({ user_id: id, purpose: "research_use", granted: true, version: "1" })
						.execute(),
				bert.userId,
			);
		});
	});

	it("holds the system's own writes to the right user, too", async () => {
		const code = await codeOf(
			database.asSystem((tx) => addModel(tx, { userId: anna.userId, subjectId: bert.subjectId, sessionId: null })),
		);
		expect(code).toBe("23503");
	});

	it("keeps password hashes, tokens and jobs from users' work, the own ones included", async () => {
		for (const statement of [
			sql`select password_hash from users`,
			sql`select * from users`,
			sql`update users set password_hash = 'x'`,
			sql`update users set email = 'x'`,
			sql`select * from refresh_tokens`,
			sql`select * from pgboss.job`,
			sql`select * from audit_chain`,
			sql`insert into users (email, password_hash) values ('x', 'x')`,
		]) {
			expect(await codeOf(asAnna((tx) => statement.execute(tx)))).toBe(DENIED);
		}
	});

	it("lets no user become an administrator", async () => {
		const raise = asAnna((tx) =>
			tx.updateTable("users").set({ role: "admin" }).where("user_id", "=", anna.userId).execute(),
		);
		expect(await codeOf(raise)).toBe(DENIED);
		await asAnna((tx) =>
			tx.updateTable("users").set({ tokens_valid_after: new Date() }).where("user_id", "=", anna.userId).execute(),
		);
	});

	it("contains what an injected query could do: no other role, no other user, no second statement", async () => {
		for (const statement of [
			sql`select set_config('app.user_id', ${bert.userId}, true)`,
			sql`select set_config('app.user_role', 'admin', true)`,
			sql`select set_config('role', 'none', true)`,
			sql`select set_config('session_replication_role', 'replica', true)`,
			sql`update pg_settings set setting = ${bert.userId} where name = 'app.user_id'`,
			sql`create table t (x int)`,
			sql`alter table users disable row level security`,
			sql`select pg_read_file('/etc/hostname')`,
		]) {
			const code = await codeOf(asAnna((tx) => statement.execute(tx)));
			expect(["none", DENIED]).toContain(code);
			if (code === "none") expect(await asAnna((tx) => count(tx, "subjects", bert.userId))).toBe(0);
		}
		expect(await codeOf(asAnna((tx) => sql`select set_config('role', 'none', true)`.execute(tx)))).toBe(DENIED);
		expect(await codeOf(asAnna((tx) => sql`select 1; reset role`.execute(tx)))).toBe("42601");
		// Semicolons in texts are no statements.
		const { rows } = await asAnna((tx) => sql<{ text: string }>`select 'a;b' as text`.execute(tx));
		expect(rows[0]!.text).toBe("a;b");
	});

	it("gives the elevated part of a transaction the system's rights, and takes them back", async () => {
		const role = async (tx: Tx) =>
			(await sql<{ role: string }>`select current_user::text as role`.execute(tx)).rows[0]!.role;
		await asAnna(async (tx) => {
			expect(await database.elevate(tx, () => count(tx, "subjects", bert.userId))).toBe(1);
			expect(await role(tx)).toBe("anny_fitter_app");
			await expect(database.elevate(tx, () => Promise.reject(new Error("own")))).rejects.toThrow("own");
			expect(await role(tx)).toBe("anny_fitter_app");
			expect(await count(tx, "subjects", bert.userId)).toBe(0);
		});
		await database.asSystem(async (tx) => {
			await database.elevate(tx, async () => {});
			expect(await role(tx)).toBe("anny_fitter_system");
		});
		const broken = asAnna((tx) => database.elevate(tx, () => sql`select 1/0`.execute(tx)));
		expect(await codeOf(broken)).toBe("22012");
	});

	it("leaves nothing of one user behind for the next", async () => {
		await asAnna(async (tx) => await count(tx, "subjects", anna.userId));
		const { rows } = await database.asSystem((tx) =>
			sql<{ user: string | null }>`select nullif(current_setting('app.user_id', true), '') as user`.execute(tx),
		);
		expect(rows).toEqual([{ user: null }]);
	});

	it("refuses a transaction within a transaction instead of waiting for itself", async () => {
		await expect(asAnna(() => database.asSystem(async () => {}))).rejects.toThrow(TypeError);
	});

	describe("for administrators", () => {
		let admin: Actor;
		beforeAll(async () => {
			admin = await createUser(database, "admin");
		});

		it("lists users without password hashes, changes roles and reads the audit log", async () => {
			const users = await database.asUser(admin, (tx) => tx.selectFrom("users").select(["user_id", "email"]).execute());
			expect(users.map((user) => user.user_id)).toEqual(expect.arrayContaining([anna.userId, bert.userId]));
			expect(await codeOf(database.asUser(admin, (tx) => sql`select password_hash from users`.execute(tx)))).toBe(
				DENIED,
			);
			const changed = await createUser(database);
			await database.asUser(admin, (tx) =>
				tx.updateTable("users").set({ role: "researcher" }).where("user_id", "=", changed.userId).execute(),
			);
			expect(await database.asSystem((tx) => snapshot(tx, "users", changed.userId))).toMatchObject([
				{ role: "researcher" },
			]);
			const log = await database.asUser(admin, (tx) => tx.selectFrom("audit_log").select("user_id").execute());
			expect(log.map((row) => row.user_id)).toEqual(expect.arrayContaining([anna.userId, bert.userId]));
		});

		it("deletes no user and sees no subject, session, consent, measurement or unflagged model", async () => {
			const deleted = await database.asUser(admin, (tx) =>
				tx.deleteFrom("users").where("user_id", "=", bert.userId).executeTakeFirst(),
			);
			expect(Number(deleted.numDeletedRows)).toBe(0);
			for (const table of ["subjects", "sessions", "consents", "measurements", "fitted_models", "exports"] as const) {
				expect(await database.asUser(admin, (tx) => count(tx, table, bert.userId))).toBe(0);
			}
		});

		it("decides on flagged models, and changes nothing else of them", async () => {
			const carla = await createPerson(database);
			await database.asSystem((tx) =>
				tx
					.updateTable("fitted_models")
					.set({ flagged_for_review: true, review_state: "open" })
					.where("model_id", "=", carla.modelId)
					.execute(),
			);
			const decide = (actor: Actor, reviewer: string) =>
				database.asUser(actor, async (tx) => {
					const { numUpdatedRows } = await tx
						.updateTable("fitted_models")
						.set({ review_state: "accepted", reviewed_by: reviewer, reviewed_at: new Date() })
						.where("model_id", "=", carla.modelId)
						.executeTakeFirst();
					return Number(numUpdatedRows);
				});
			expect(await decide(carla.actor, carla.userId)).toBe(0);
			expect(await codeOf(decide(admin, carla.userId))).toBe(DENIED);
			expect(await decide(admin, admin.userId)).toBe(1);
			const meddle = database.asUser(admin, (tx) =>
				tx.updateTable("fitted_models").set({ document: "{}" }).where("model_id", "=", carla.modelId).execute(),
			);
			expect(await codeOf(meddle)).toBe(DENIED);
			expect(await database.asUser(admin, (tx) => count(tx, "subjects", carla.userId))).toBe(0);
		});
	});

	describe("for researchers", () => {
		it("shows de-identified facts of anonymous subjects while their owners agree", async () => {
			const researcher = await createUser(database, "researcher");
			const dora = await createPerson(database);
			const seen = (actor: Actor) =>
				database.asUser(actor, async (tx) => ({
					subjects: await tx.selectFrom("research_subjects").selectAll().execute(),
					measurements: await tx.selectFrom("research_measurements").selectAll().execute(),
				}));
			const consent = (granted: boolean) =>
				database.asUser(dora.actor, (tx) =>
					tx
						.insertInto("consents")
						.values({ user_id: dora.userId, purpose: "research_use", granted, version: "1" })
						.execute(),
				);
			const nothing = { subjects: [], measurements: [] };
			expect(await seen(researcher)).toEqual(nothing);
			await consent(true);
			expect(await seen(researcher)).toEqual(nothing);
			await database.asUser(dora.actor, (tx) =>
				tx
					.updateTable("subjects")
					.set({ anonymized: true, name: null })
					.where("subject_id", "=", dora.subjectId)
					.execute(),
			);
			const { subjects, measurements } = await seen(researcher);
			expect(subjects).toEqual([{ research_subject_id: expect.any(String), gender: "female", birth_year: 1984 }]);
			expect(measurements).toHaveLength(1);
			expect(measurements[0]).toMatchObject({
				research_subject_id: subjects[0]!.research_subject_id,
				measurement_type: "stature",
				value: 1.7,
			});
			const text = JSON.stringify({ subjects, measurements });
			for (const id of [dora.userId, dora.subjectId, dora.modelId]) expect(text).not.toContain(id);
			expect(await seen(anna.actor)).toEqual(nothing);
			expect(await seen({ ...dora.actor })).toEqual(nothing);
			for (const table of ["subjects", "measurements", "fitted_models", "consents"]) {
				expect(await database.asUser(researcher, (tx) => count(tx, table, dora.userId))).toBe(0);
			}
			await consent(false);
			expect(await seen(researcher)).toEqual(nothing);
			await consent(true);
			expect((await seen(researcher)).subjects).toHaveLength(1);
		});
	});

	describe("deleting", () => {
		it("a user removes everything but the audit rows, which lose the user", async () => {
			const emil = await createPerson(database);
			const [log] = await database.asSystem((tx) =>
				tx.selectFrom("audit_log").select("log_id").where("user_id", "=", emil.userId).execute(),
			);
			await database.asUser(emil.actor, (tx) => tx.deleteFrom("users").where("user_id", "=", emil.userId).execute());
			await database.asSystem(async (tx) => {
				for (const table of TABLES) expect(await count(tx, table, emil.userId)).toBe(0);
				const row = await tx.selectFrom("audit_log").selectAll().where("log_id", "=", log!.log_id).executeTakeFirst();
				expect(row).toMatchObject({ action: "test", user_id: null, ip_address: null, erasable_salt: null });
			});
		});

		it("a subject removes its models, measurements and exports, and leaves its sessions", async () => {
			const frida = await createPerson(database);
			await database.asUser(frida.actor, (tx) =>
				tx.deleteFrom("subjects").where("subject_id", "=", frida.subjectId).execute(),
			);
			await database.asSystem(async (tx) => {
				for (const table of ["fitted_models", "measurements", "exports"]) {
					expect(await count(tx, table, frida.userId)).toBe(0);
				}
				expect(await snapshot(tx, "sessions", frida.userId)).toMatchObject([{ subject_id: null, model_id: null }]);
			});
		});

		it("a session leaves its model", async () => {
			const gerd = await createPerson(database);
			await database.asUser(gerd.actor, (tx) =>
				tx.deleteFrom("sessions").where("session_id", "=", gerd.sessionId).execute(),
			);
			expect(await database.asSystem((tx) => snapshot(tx, "fitted_models", gerd.userId))).toMatchObject([
				{ session_id: null },
			]);
		});
	});

	it("stores one model per session", async () => {
		const again = database.asSystem((tx) => addModel(tx, anna));
		expect(await codeOf(again)).toBe("23505");
	});
});
