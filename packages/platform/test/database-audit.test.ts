import { createHash } from "node:crypto";
import { type Database, type Tx, verifyAuditLog } from "@anny-fitter/platform/database";
import { type RawBuilder, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, createUser } from "./database-fixture.js";
import { createTestDatabase, TEST_DATABASE_KINDS, type TestDatabase } from "./test-databases.js";

describe.each(TEST_DATABASE_KINDS)("the audit log on %s", (kind) => {
	let opened: TestDatabase;
	let database: Database;

	beforeAll(async () => {
		opened = await createTestDatabase(kind);
		database = opened.database;
	});
	afterAll(() => opened?.dispose());
	// Back to an empty chain.
	beforeEach(() =>
		tamper(sql`with gone as (delete from audit_log)
			update audit_chain set row_count = 0, head_hash = decode(repeat('00', 32), 'hex')`),
	);

	/** What somebody with all rights on the server could do. */
	async function tamper(statement: RawBuilder<unknown>): Promise<void> {
		await database.asSystem(async (tx) => {
			await sql`reset role`.execute(tx);
			await sql`alter table audit_log disable trigger all`.execute(tx);
			await statement.execute(tx);
			await sql`alter table audit_log enable trigger all`.execute(tx);
		});
	}

	const add = (tx: Tx, userId: string | null, action = "test") =>
		tx
			.insertInto("audit_log")
			.values({ user_id: userId, action, ip_address: "2001:db8::1", user_agent: "Ünïcode | 🧍", resource_type: "user" })
			.execute();

	async function addRows(count: number): Promise<string> {
		const { userId } = await createUser(database);
		for (let i = 0; i < count; i++) await database.asSystem((tx) => add(tx, userId, `action ${i}`));
		return userId;
	}

	it("is in order when empty and after any number of rows", async () => {
		expect(await verifyAuditLog(database)).toEqual({ ok: true, rows: 0, headHash: "00".repeat(32) });
		await addRows(5);
		await database.asSystem((tx) => add(tx, null));
		const report = await verifyAuditLog(database);
		expect(report).toMatchObject({ ok: true, rows: 6 });
		const last = await database.asSystem((tx) =>
			tx.selectFrom("audit_log").selectAll().orderBy("log_id", "desc").limit(1).executeTakeFirstOrThrow(),
		);
		expect(last.row_hash.toString("hex")).toBe(report.headHash);
	});

	it("chains as documented", async () => {
		const userId = await addRows(1);
		const row = await database.asSystem((tx) =>
			sql<{ salt: Buffer; erasable: Buffer; hash: Buffer; time: string }>`
				select erasable_salt as salt, erasable_hash as erasable, row_hash as hash,
					to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time from audit_log`.execute(tx),
		);
		const { salt, erasable, hash, time } = row.rows[0]!;
		const text = (value: string) => `${Buffer.byteLength(value)}:${value}`;
		const sha256 = (...parts: (Buffer | string)[]) => {
			const digest = createHash("sha256");
			for (const part of parts) digest.update(part);
			return digest.digest("hex");
		};
		expect(erasable.toString("hex")).toBe(sha256(salt, text(userId), text("2001:db8::1/128"), text("Ünïcode | 🧍")));
		expect(hash.toString("hex")).toBe(
			sha256(
				Buffer.alloc(32),
				text("1"),
				text("action 0"),
				text("user"),
				"-",
				text(time),
				text(erasable.toString("hex")),
			),
		);
	});

	it("chains rows that many add at once, without gaps, and forgets those that are rolled back", async () => {
		const { userId } = await createUser(database);
		await Promise.all(
			Array.from({ length: 40 }, async (_, i) => {
				const adding = database.asSystem(async (tx) => {
					await add(tx, userId);
					if (i % 4 === 0) throw new Error("rolled back");
				});
				if (i % 4 === 0) await expect(adding).rejects.toThrow("rolled back");
				else await adding;
			}),
		);
		expect(await verifyAuditLog(database)).toMatchObject({ ok: true, rows: 30 });
	});

	it("survives the deletion of the user, who can be found by nobody afterwards", async () => {
		const userId = await addRows(3);
		await addRows(2);
		const before = await verifyAuditLog(database);
		await database.asSystem((tx) => tx.deleteFrom("users").where("user_id", "=", userId).execute());
		expect(await verifyAuditLog(database)).toEqual({ ...before, ok: true, rows: 5 });
		const rows = await database.asSystem((tx) => tx.selectFrom("audit_log").selectAll().orderBy("log_id").execute());
		expect(
			rows
				.slice(0, 3)
				.every((row) =>
					[row.user_id, row.ip_address, row.user_agent, row.erasable_salt].every((value) => value === null),
				),
		).toBe(true);
		expect(rows.slice(3).every((row) => row.user_id !== null && row.erasable_salt !== null)).toBe(true);
	});

	it("refuses change and removal to both roles and, by its triggers, to the owner", async () => {
		const userId = await addRows(2);
		const statements = [
			sql`update audit_log set action = 'x'`,
			sql`update audit_log set user_id = null, ip_address = null, user_agent = null, erasable_salt = null`,
			sql`delete from audit_log`,
			sql`truncate audit_log`,
		];
		const actor = { userId, role: "admin" } as const;
		for (const statement of statements) {
			expect(await codeOf(database.asUser(actor, (tx) => statement.execute(tx)))).toBe("42501");
			expect(await codeOf(database.asSystem((tx) => statement.execute(tx)))).toBe("42501");
			const asOwner = database.asSystem(async (tx) => {
				await sql`reset role`.execute(tx);
				await statement.execute(tx);
			});
			expect(await codeOf(asOwner)).toBe("42501");
		}
		expect(await codeOf(database.asSystem((tx) => sql`update audit_chain set row_count = 0`.execute(tx)))).toBe(
			"42501",
		);
		expect(
			await codeOf(
				database.asSystem((tx) => sql`insert into audit_log (action, row_hash) values ('x', '')`.execute(tx)),
			),
		).toBe("42501");
		expect(await verifyAuditLog(database)).toMatchObject({ ok: true, rows: 2 });
	});

	it.each([
		["a changed action", sql`update audit_log set action = 'x' where log_id = 3`, 3],
		[
			"a changed time",
			sql`update audit_log set "timestamp" = "timestamp" + interval '1 microsecond' where log_id = 2`,
			2,
		],
		["a changed address", sql`update audit_log set ip_address = '192.0.2.7' where log_id = 4`, 4],
		["a changed user", sql`update audit_log set user_id = null where log_id = 4`, 4],
		["an exchanged resource", sql`update audit_log set resource_id = gen_random_uuid() where log_id = 1`, 1],
		["a removed row", sql`delete from audit_log where log_id = 3`, 3],
		["removed last rows", sql`delete from audit_log where log_id >= 5`, 5],
		["all rows removed", sql`delete from audit_log`, 1],
		[
			"a removed row with later ones moved up",
			sql`
			with gone as (delete from audit_log where log_id = 3) update audit_log set log_id = log_id + 100 where log_id > 3`,
			3,
		],
		[
			"exchanged rows",
			sql`update audit_log set log_id = case log_id when 2 then 103 when 3 then 102 else log_id end`,
			2,
		],
		["a shortened chain", sql`update audit_chain set row_count = 5`, 5],
	])("shows %s", async (_, statement, firstBrokenLogId) => {
		await addRows(6);
		expect(await verifyAuditLog(database)).toMatchObject({ ok: true, rows: 6 });
		await tamper(statement as RawBuilder<unknown>);
		expect(await verifyAuditLog(database)).toMatchObject({ ok: false, firstBrokenLogId });
	});
});
