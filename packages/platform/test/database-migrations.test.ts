import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { migrateDatabase, openDatabase, verifyAuditLog } from "@anny-fitter/platform/database";
import { openFitQueue } from "@anny-fitter/platform/jobs";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantReads } from "../src/database/roles.js";
import { codeOf, createPerson } from "./database-fixture.js";
import {
	asSuperuser,
	createEmptyPostgres,
	isPostgresPresent,
	TEST_DATABASE_KINDS,
	TEST_DATABASE_URL,
} from "./test-databases.js";

const NAMES = [
	"0001-tables",
	"0002-row-level-security",
	"0003-audit-chain",
	"0004-job-queue",
	"0005-keys-of-models",
	"0006-research-on-fits",
	"0007-encrypted-fields",
];

describe.each(TEST_DATABASE_KINDS)("migrations on %s", (kind) => {
	let where: { url?: string; dataDir?: string };
	let dispose: () => Promise<void>;

	beforeAll(async () => {
		if (kind === "postgres") {
			const { url, drop } = await createEmptyPostgres();
			where = { url };
			dispose = drop;
		} else {
			const dataDir = mkdtempSync(join(tmpdir(), "anny-fitter-migrations-"));
			where = { dataDir };
			dispose = async () => rmSync(dataDir, { recursive: true, force: true });
		}
	});
	afterAll(() => dispose());

	/** Everything that the migrations make, in words. */
	async function schema(): Promise<unknown> {
		const database = await openDatabase(where);
		try {
			return await database.asSystem(async (tx) => {
				const queries = [
					sql`select table_name::text, column_name::text, data_type::text, column_default::text, is_nullable::text
						from information_schema.columns where table_schema in ('public', 'pgboss') order by 1, 2`,
					sql`select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) from pg_constraint
						where connamespace = 'public'::regnamespace order by 1, 2`,
					sql`select indexname::text, indexdef from pg_indexes where schemaname = 'public' order by 1`,
					sql`select tablename::text, policyname::text, cmd, roles::text, qual, with_check from pg_policies order by 1, 2`,
					sql`select tgrelid::regclass::text, tgname::text from pg_trigger where not tgisinternal order by 1, 2`,
					sql`select proname::text, md5(prosrc) from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
					sql`select relname::text, relrowsecurity, relforcerowsecurity, relacl::text from pg_class
						where relnamespace = 'public'::regnamespace order by 1`,
				];
				return await Promise.all(queries.map(async (query) => (await query.execute(tx)).rows));
			});
		} finally {
			await database.close();
		}
	}

	it("go up, back to nothing, up again to the same, and step by step", async () => {
		// An empty folder starts from the seed, which is migrated.
		if (kind === "pglite") await migrateDatabase(where, "none");
		expect(await migrateDatabase(where)).toEqual(NAMES);
		expect(await migrateDatabase(where)).toEqual([]);
		const first = await schema();
		const database = await openDatabase(where);
		await createPerson(database);
		await database.close();
		expect(await migrateDatabase(where, "none")).toEqual([...NAMES].reverse());
		if (where.url !== undefined) {
			const left = await asSuperuser(where.url, (client) =>
				client.query(`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
					union select proname from pg_proc where pronamespace = 'public'::regnamespace
					union select nspname from pg_namespace where nspname = 'pgboss' order by 1`),
			);
			expect(left.rows.map((row) => row.relname)).toEqual(["schema_migrations", "schema_migrations_lock"]);
		}
		if (kind === "postgres") {
			for (const name of NAMES) expect(await migrateDatabase(where, name)).toEqual([name]);
		}
		expect(await schema()).toEqual(first);
	});

	it("are asked for when they are missing and not to be run", async () => {
		await migrateDatabase(where, NAMES[1]);
		const opening = openDatabase({ ...where, migrate: false });
		await expect(opening).rejects.toMatchObject({ code: "invalid_configuration" });
		await expect(opening).rejects.toThrow("0003-audit-chain");
		const database = await openDatabase(where);
		await database.close();
		await (await openDatabase({ ...where, migrate: false })).close();
	});
});

describe.skipIf(!isPostgresPresent)("PostgreSQL", () => {
	it("is migrated once when many processes start together", async () => {
		const { url, drop } = await createEmptyPostgres();
		try {
			const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ url, poolSize: 2 })));
			await Promise.all(databases.map((database) => database.close()));
			// A login of its own that may not read yet, granted by all at the same moment.
			const owners = Array.from({ length: 8 }, () => new Pool({ connectionString: url, max: 1 }));
			const login = `reader_${randomBytes(6).toString("hex")}`;
			try {
				await owners[0]!.query(`create role ${login}`);
				const grants = owners.map((pool) =>
					grantReads(new Kysely({ dialect: new PostgresDialect({ pool }) }), "schema_migrations", login),
				);
				await Promise.all(grants);
			} finally {
				await owners[0]!.query(`drop owned by ${login}; drop role ${login}`);
				await Promise.all(owners.map((pool) => pool.end()));
			}
		} finally {
			await drop();
		}
	});

	it("starts under a release that does not know a later one's migrations, and does not undo them", async () => {
		const { url, drop } = await createEmptyPostgres();
		try {
			await migrateDatabase({ url });
			await asSuperuser(url, (client) =>
				client.query(`alter table subjects add column later text;
					insert into schema_migrations (name, timestamp) values ('9998-later', '2027'), ('9999-latest', '2027')`),
			);
			for (const migrate of [true, false]) {
				const database = await openDatabase({ url, migrate });
				await createPerson(database);
				await database.close();
			}
			const undoing = migrateDatabase({ url }, "0006-research-on-fits");
			await expect(undoing).rejects.toMatchObject({ code: "invalid_configuration" });
			await expect(undoing).rejects.toThrow("does not know the migration 9999-latest");
			const absent = migrateDatabase({ url }, "0005-no-such");
			await expect(absent).rejects.toMatchObject({ code: "invalid_argument" });
		} finally {
			await drop();
		}
	});

	describe("with logins that are no superusers", () => {
		const suffix = randomBytes(6).toString("hex");
		const owner = `anny_test_owner_${suffix}`;
		const login = `anny_test_login_${suffix}`;
		const name = `anny_test_${suffix}`;
		const as = (role: string) => {
			const url = new URL(TEST_DATABASE_URL);
			url.username = role;
			url.password = "test";
			url.pathname = `/${name}`;
			return url.href;
		};

		beforeAll(async () => {
			await asSuperuser(TEST_DATABASE_URL, async (client) => {
				await client.query(`create role ${owner} login createrole noinherit password 'test'`);
				await client.query(`create role ${login} login noinherit password 'test'`);
				await client.query(`create database ${name} owner ${owner}`);
			});
			// Without inheritance, as the owner of the database it would not own the schema.
			const url = new URL(TEST_DATABASE_URL);
			url.pathname = `/${name}`;
			await asSuperuser(url.href, (client) => client.query(`alter schema public owner to ${owner}`));
		});
		afterAll(async () => {
			await asSuperuser(TEST_DATABASE_URL, async (client) => {
				await client.query(`drop database if exists ${name} with (force)`);
				await client.query(`drop role ${owner}`);
				await client.query(`drop role ${login}`);
			});
		});

		it("works with an owner and a login that owns nothing", async () => {
			const database = await openDatabase({ url: as(login), ownerUrl: as(owner), poolSize: 2 });
			try {
				const { actor } = await createPerson(database);
				const queue = await openFitQueue(database);
				await database.asSystem((tx) => queue.enqueue(tx, actor.userId));
				expect(await queue.size()).toBe(1);
				await queue.stop({ grace_ms: 0 });
				await database.asUser(actor, (tx) => tx.deleteFrom("users").where("user_id", "=", actor.userId).execute());
				expect(await verifyAuditLog(database)).toMatchObject({ ok: true, rows: 1 });
			} finally {
				await database.close();
			}
		});

		it("works with that login alone once the owner has migrated", async () => {
			await migrateDatabase({ url: as(login), ownerUrl: as(owner) });
			const database = await openDatabase({ url: as(login), migrate: false, poolSize: 2 });
			try {
				await createPerson(database);
				await (await openFitQueue(database)).stop({ grace_ms: 0 });
			} finally {
				await database.close();
			}
		});

		it("gives that login nothing, whatever role it takes", async () => {
			await asSuperuser(as(login), async (client) => {
				const attempt = (text: string) => codeOf(client.query(text));
				expect(await attempt("select * from users")).toBe("42501");
				expect(await attempt("select * from audit_log")).toBe("42501");
				await client.query("set role anny_fitter_system");
				for (const text of [
					"update audit_log set action = 'x'",
					"delete from audit_log",
					"truncate audit_log",
					"update audit_chain set row_count = 0",
					"insert into audit_log (log_id, action, row_hash) values (1, 'x', '')",
					"alter table audit_log disable trigger all",
					"alter table users disable row level security",
					"create table public.t (x int)",
					"copy (select 1) to program 'true'",
					"set session authorization postgres",
				]) {
					expect(await attempt(text)).toBe("42501");
				}
			});
		});

		it("holds the owner to row-level security, too", async () => {
			await asSuperuser(as(owner), async (client) => {
				const { rows } = await client.query("select count(*)::int as n from audit_log");
				expect(rows).toEqual([{ n: 0 }]);
			});
		});

		it("says what is wrong when the login cannot take the roles", async () => {
			const stranger = `anny_test_stranger_${suffix}`;
			await asSuperuser(TEST_DATABASE_URL, (client) => client.query(`create role ${stranger} login password 'test'`));
			try {
				const opening = openDatabase({ url: as(stranger) });
				await expect(opening).rejects.toBeInstanceOf(AppError);
				await expect(opening).rejects.toMatchObject({ code: "invalid_configuration" });
			} finally {
				await asSuperuser(TEST_DATABASE_URL, (client) => client.query(`drop role ${stranger}`));
			}
		});
	});
});
