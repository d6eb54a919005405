import { randomUUID } from "node:crypto";
import type { Actor, Tx } from "@anny-fitter/platform/database";
import { CompiledQuery } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertModel, insertOpenFit, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, type TestUser } from "./test-environment.js";

/**
 * Row-level security alone: SQL as a user's work could run it if the application checked nothing.
 *
 * What it does not and cannot hold back is a caller who runs statements of its own choice one after the other in the
 * server's own process: `set local app.user_id = …` or `reset role` are open to whoever has the connection. No part of
 * a query can do either, and a text of the application is one statement; docs/decisions/0008 has the whole of it.
 */

/** What users' work may see of a table: their own rows, or nothing and not even that it is there. */
const TABLES: Readonly<Record<string, "own" | "closed">> = {
	"public.users": "own",
	"public.subjects": "own",
	"public.sessions": "own",
	"public.fitted_models": "own",
	"public.measurements": "own",
	"public.audit_log": "own",
	"public.consents": "own",
	"public.idempotency_keys": "own",
	"public.exports": "own",
	"public.refresh_tokens": "closed",
	"public.audit_chain": "closed",
	"public.schema_migrations": "closed",
	"public.schema_migrations_lock": "closed",
	"pgboss.archive": "closed",
	"pgboss.job": "closed",
	"pgboss.queue": "closed",
	"pgboss.schedule": "closed",
	"pgboss.subscription": "closed",
	"pgboss.version": "closed",
};
/** Of a partitioned table of pg-boss. */
const PARTITION = /^pgboss\.j[0-9a-f]{56}$/;
const OWN = Object.keys(TABLES).filter((table) => TABLES[table] === "own");
/** Empty for users whatever anybody agreed to. */
const VIEWS = ["public.research_measurements", "public.research_subjects"];

const DENIED = "42501";

type Row = Record<string, unknown>;

interface Failure {
	readonly code: string;
	readonly message: string;
}

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`row-level security of the server's tables, ${name}`, () => {
		let opened: OpenedTestApi;
		let owner: TestUser;
		let asker: Actor;
		/** Somebody without a row of their own but the account. */
		let newcomer: Actor;
		let rows: Record<string, Row[]>;
		let readable: Record<string, string[]>;

		beforeAll(async () => {
			opened = await openTestApi(name);
			owner = await fill();
			const other = await fill();
			asker = { userId: other.userId, role: "user" };
			newcomer = { userId: (await createTestUser(opened.api, { consent: false })).userId, role: "user" };
			rows = await rowsOf(owner.userId);
			readable = await columnsWith("select");
		});
		afterAll(() => opened?.close());

		const asAsker = <T>(work: (tx: Tx) => Promise<T>) => opened.dependencies.database.asUser(asker, work);
		const run = (text: string, values: readonly unknown[] = [], actor = asker) =>
			opened.dependencies.database.asUser(actor, (tx) => execute(tx, text, values));

		/** A user with a row in every table. */
		async function fill(): Promise<TestUser> {
			const { api, dependencies } = opened;
			const user = await createTestUser(api);
			const made = await api.inject({
				method: "POST",
				url: "/api/v1/subjects",
				headers: user.headers,
				payload: { name: `Ada ${randomUUID()}`, date_of_birth: "1984-05-06", gender: "female" },
			});
			const { subject_id } = made.json();
			const model_id = await insertModel(opened, user, subject_id);
			const session_id = await insertOpenFit(opened, user, subject_id);
			const expires_at = new Date(Date.now() + 3_600_000);
			await dependencies.database.asSystem(async (tx) => {
				await dependencies.queue.enqueue(tx, session_id);
				const exported = { format: "json", object_key: `exports/${user.userId}/x`, size_bytes: 1, expires_at };
				await tx
					.insertInto("exports")
					.values({ user_id: user.userId, model_id, ...exported })
					.execute();
				await tx
					.insertInto("idempotency_keys")
					.values({ user_id: user.userId, key: randomUUID(), fingerprint: Buffer.from("f"), session_id, expires_at })
					.execute();
			});
			return user;
		}

		function rowsOf(userId: string): Promise<Record<string, Row[]>> {
			return opened.dependencies.database.asSystem(async (tx) => {
				const found: Record<string, Row[]> = {};
				for (const table of [...OWN, "public.refresh_tokens"]) {
					found[table] = await execute(tx, `select * from ${table} where user_id = $1 order by 1, 2`, [userId]);
				}
				return found;
			});
		}

		/** Columns of each table on which users' work has a right. */
		function columnsWith(right: "select" | "insert" | "update"): Promise<Record<string, string[]>> {
			return opened.dependencies.database.asSystem(async (tx) => {
				const found: Record<string, string[]> = {};
				for (const table of OWN) {
					const columns = await execute(
						tx,
						`select attname::text as column from pg_attribute where attrelid = $1::regclass and attnum > 0
							and not attisdropped and has_column_privilege('anny_fitter_app', attrelid, attnum, $2)`,
						[table, right],
					);
					found[table] = columns.map((row) => String(row.column));
				}
				return found;
			});
		}

		async function failureOf(promise: Promise<unknown>, ...hidden: unknown[]): Promise<Failure> {
			try {
				await promise;
				return { code: "none", message: "" };
			} catch (error) {
				const { code, message, detail = "" } = error as { code: string; message: string; detail?: string };
				const text = `${message} ${detail}`;
				return { code, message: hidden.reduce<string>((shown, value) => shown.replaceAll(String(value), "…"), text) };
			}
		}

		const keyOf = (table: string) => (table === "public.idempotency_keys" ? "key" : (readable[table]![0] as string));

		test("knows every table, view and sequence", async () => {
			const found = await opened.dependencies.database.asSystem((tx) =>
				execute(
					tx,
					`select n.nspname || '.' || c.relname as name, c.relkind::text as kind
						from pg_class c join pg_namespace n on n.oid = c.relnamespace
						where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
				),
			);
			const named = (...kinds: string[]) =>
				found.filter(({ kind }) => kinds.includes(String(kind))).map((row) => String(row.name));
			const tables = named("r", "p", "f").filter((table) => !PARTITION.test(table));
			const cases = Object.keys(TABLES);
			expect(tables.filter((table) => !cases.includes(table))).toEqual([]);
			expect(cases.filter((table) => !tables.includes(table))).toEqual([]);
			expect(named("v", "m").sort()).toEqual(VIEWS);
			expect(named("S")).toEqual([]);
			for (const table of OWN) expect(rows[table]!.length, table).toBeGreaterThan(0);
		});

		test("opens nothing of the closed tables", async () => {
			for (const table of Object.keys(TABLES).filter((each) => TABLES[each] === "closed")) {
				for (const text of [
					`select count(*) from ${table}`,
					`select 1 from ${table} limit 1`,
					`delete from ${table}`,
					`truncate ${table}`,
					`insert into ${table} default values`,
					`select 1 from users u join ${table} t on true`,
					`copy ${table} to stdout`,
				]) {
					expect(await failureOf(run(text)), text).toMatchObject({ code: DENIED });
				}
			}
			for (const view of VIEWS) expect(await run(`select * from ${view}`)).toEqual([]);
		});

		describe.each(OWN)("%s", (table) => {
			test("shows own rows only, however one asks", async () => {
				const columns = readable[table]!.map((column) => `"${column}"`).join(", ");
				const all = await run(`select ${columns} from ${table}`);
				expect(all.length).toBeGreaterThan(0);
				expect(all.filter((row) => row.user_id !== asker.userId)).toEqual([]);
				const key = keyOf(table);
				for (const row of rows[table]!) {
					const values = [row[key], owner.userId];
					expect(await run(`select ${columns} from ${table} where "${key}"::text = $1::text`, [row[key]])).toEqual([]);
					const [seen] = await run(
						`select count(*)::int as count, exists (select 1 from ${table} where "${key}"::text = $1::text) as found,
							(select count(*)::int from ${table} t join users u using (user_id) where u.user_id = $2::uuid) as joined,
							(select count(*)::int from users u left join ${table} t on t.user_id = $2::uuid where t.user_id is not null)
								as outer_joined,
							(select count(*)::int from ${table} a, ${table} b where a.user_id <> b.user_id) as crossed
							from ${table} where "${key}"::text = $1::text`,
						values,
					);
					expect(seen).toEqual({ count: 0, found: false, joined: 0, outer_joined: 0, crossed: 0 });
				}
				const [counted] = await run(`select count(*)::int as count from ${table} where user_id is distinct from $1`, [
					asker.userId,
				]);
				expect(counted).toEqual({ count: 0 });
			});

			test("lets no condition look at rows before the policy has", async () => {
				// Division by zero and casts are not leakproof: if they ran on a hidden row, they would fail, or quote it.
				for (const column of readable[table]!) {
					for (const condition of [
						`case when user_id = $1 then 1 else 1 / (length("${column}"::text) * 0) end = 1`,
						`case when user_id = $1 then null else ('x' || "${column}"::text)::integer end is null`,
						`(user_id = $1 or ('x' || "${column}"::text)::uuid is null)`,
					]) {
						const text = `select count(*)::int as count from ${table} where ${condition}`;
						expect(await failureOf(run(text, [asker.userId])), text).toEqual({ code: "none", message: "" });
					}
				}
				// The same on own rows does fail: the conditions are run.
				const failing = run(`select 1 from ${table} where ('x' || user_id::text)::integer is null`);
				expect(await failureOf(failing)).toMatchObject({ code: "22P02" });
				// A function of one's own, however cheap it says it is.
				const spy = opened.dependencies.database.asUser(newcomer, async (tx) => {
					await execute(
						tx,
						`create or replace function pg_temp.spy(text) returns boolean language plpgsql cost 0.0000001 as
							$$ begin raise exception 'seen %', $1; end $$`,
					);
					await execute(tx, `select 1 from ${table} where user_id <> $1 and pg_temp.spy(user_id::text)`, [
						newcomer.userId,
					]);
				});
				expect(await failureOf(spy)).toEqual({ code: "none", message: "" });
			});

			test("lets nobody change, delete, lock or give away rows", async () => {
				const updatable = (await columnsWith("update"))[table]!;
				const key = keyOf(table);
				for (const row of rows[table]!) {
					for (const text of [
						...updatable.map(
							(column) => `update ${table} set "${column}" = "${column}" where "${key}"::text = $1::text`,
						),
						`delete from ${table} where "${key}"::text = $1::text`,
						`delete from ${table} t using users u where t."${key}"::text = $1::text`,
						`select 1 from ${table} where "${key}"::text = $1::text for update`,
						`select 1 from ${table} where "${key}"::text = $1::text for key share`,
						`with gone as (delete from ${table} where "${key}"::text = $1::text returning *) select count(*) from gone
							having count(*) > 0`,
					]) {
						const outcome = failureOf(
							asAsker(async (tx) => {
								const { rows: shown, numAffectedRows } = await raw(tx, `${text}`, [row[key]]);
								if (shown.length > 0 || (numAffectedRows ?? 0n) > 0n) throw new Error(`touched: ${text}`);
							}),
						);
						expect(["none", DENIED], `${text}: ${(await outcome).message}`).toContain((await outcome).code);
					}
				}
				const [policy] = await run(
					"select policyname::text as name from pg_policies where $1 = 'public.' || tablename",
					[table],
				);
				for (const [text, values] of [
					[`update ${table} set user_id = $1`, [owner.userId]],
					[`truncate ${table} cascade`, []],
					[`alter table ${table} disable row level security`, []],
					[`alter table ${table} no force row level security`, []],
					[`drop policy ${policy!.name} on ${table}`, []],
					[`create policy open on ${table} using (true)`, []],
					[`copy ${table} to '/tmp/rows'`, []],
					[`copy ${table} to program 'cat'`, []],
					[`create trigger t before insert on ${table} execute function users_guard_role()`, []],
				] as const) {
					expect(await failureOf(run(text, values)), text).toMatchObject({ code: DENIED });
				}
				expect(await rowsOf(owner.userId)).toEqual(rows);
			});

			test("refuses rows for others, and rows attached to others', alike whether these exist", async () => {
				const insertable = (await columnsWith("insert"))[table]!;
				if (insertable.length === 0) {
					expect(await failureOf(run(`insert into ${table} default values`))).toMatchObject({ code: DENIED });
					return;
				}
				const model = rows[table]![0]!;
				const insert = (change: Row, clause = "") => {
					const values = insertable.map((column) => {
						const value = column in change ? change[column] : model[column];
						const isJson =
							typeof value === "object" && value !== null && !(value instanceof Date || Buffer.isBuffer(value));
						return isJson ? JSON.stringify(value) : value;
					});
					const places = insertable.map((_, index) => `$${index + 1}`).join(", ");
					const names = insertable.map((column) => `"${column}"`).join(", ");
					return run(`insert into ${table} (${names}) values (${places}) ${clause}`, values);
				};
				const clauses = ["", "on conflict do nothing", "on conflict do nothing returning *", "returning user_id"];
				for (const clause of clauses) {
					const stranger = randomUUID();
					const real = await failureOf(insert({ user_id: owner.userId }, clause), owner.userId);
					const made = await failureOf(insert({ user_id: stranger }, clause), stranger);
					expect(real.code, `${table} ${clause} ${real.message}`).not.toBe("none");
					expect(real).toEqual(made);
				}
				for (const column of ["subject_id", "model_id", "session_id"].filter((each) => insertable.includes(each))) {
					for (const clause of clauses) {
						const stranger = randomUUID();
						// A key stands for one thing; the owner's stands for a session.
						const isKeyOfModel = table === "public.idempotency_keys" && column === "model_id";
						const own = { user_id: asker.userId, key: randomUUID(), ...(isKeyOfModel && { session_id: null }) };
						const theirs = isKeyOfModel ? rows["public.fitted_models"]![0]!.model_id : model[column];
						const real = await failureOf(insert({ ...own, [column]: theirs }, clause), theirs);
						const made = await failureOf(insert({ ...own, [column]: stranger }, clause), stranger);
						expect(real.code, `${table}.${column} ${clause}`).toBe("23503");
						expect(real).toEqual(made);
					}
				}
				expect(await rowsOf(owner.userId)).toEqual(rows);
			});
		});

		test("probes no idempotency key of another by a conflict", async () => {
			const { key, session_id } = rows["public.idempotency_keys"]![0]!;
			const own = await run("select session_id from idempotency_keys");
			for (const clause of [
				"on conflict do nothing returning key",
				"on conflict (user_id, key) do update set expires_at = excluded.expires_at returning session_id, xmax",
			]) {
				const text = `insert into idempotency_keys (user_id, key, fingerprint, session_id, expires_at)
					values ($1, $2, 'x', $3, now()) ${clause}`;
				const real = await failureOf(run(text, [owner.userId, key, session_id]), owner.userId, key);
				const made = await failureOf(run(text, [owner.userId, randomUUID(), session_id]), owner.userId);
				expect(real.code).toBe(DENIED);
				expect(real).toEqual(made);
				// The same key of one's own is free.
				const taken = await run(text, [asker.userId, key, own[0]!.session_id]);
				expect(taken).toHaveLength(1);
				await run("delete from idempotency_keys where key = $1", [key]);
			}
		});

		test("shows no rows when nobody is set, and to no nonsense", async () => {
			for (const setting of ["", randomUUID()]) {
				for (const table of OWN) {
					const seen = await opened.dependencies.database.asSystem(async (tx) => {
						await execute(tx, `set local app.user_id = '${setting}'`);
						await execute(tx, "set local role anny_fitter_app");
						return execute(tx, `select user_id from ${table}`);
					});
					expect(seen, table).toEqual([]);
				}
			}
			const [settings] = await run(
				"select current_setting('app.user_id') as id, current_setting('app.user_role') as role, current_user::text as name",
			);
			expect(settings).toEqual({ id: asker.userId, role: "user", name: "anny_fitter_app" });
		});

		test("lets no part of a query become somebody else", async () => {
			for (const text of [
				`select set_config('app.user_id', '${owner.userId}', true), (select count(*) from subjects)`,
				`select count(*) from subjects where set_config('app.user_id', '${owner.userId}', true) is not null`,
				`with me as materialized (select set_config('app.user_id', '${owner.userId}', true)) select * from me, subjects`,
				`select query_to_xml('set local app.user_id = ''${owner.userId}''', true, true, '')`,
				`select query_to_xml('select set_config(''app.user_id'', ''${owner.userId}'', true)', true, true, '')`,
				`select set_config('role', 'anny_fitter_system', true)`,
				`select set_config('row_security', 'off', true)`,
				`set local app.user_id = '${owner.userId}'; select * from subjects`,
				"reset role; select * from subjects",
				"select lo_import('/etc/hostname')",
				"select pg_read_file('/etc/hostname')",
				"select pg_ls_dir('.')",
				"select * from pg_authid",
				"select * from pg_statistic",
				"alter role anny_fitter_app bypassrls",
				"create table public.loot as select * from subjects",
				"create function public.f() returns int language sql as 'select 1'",
			]) {
				const { code, message } = await failureOf(run(text));
				expect([DENIED, "42601", "0A000"], `${text}: ${code} ${message}`).toContain(code);
			}
			// Where row-level security is switched off for a transaction, it fails instead of showing rows.
			const off = asAsker(async (tx) => {
				await execute(tx, "set local row_security = off");
				return execute(tx, "select * from subjects");
			});
			expect(await failureOf(off)).toMatchObject({ code: DENIED });
		});

		test("hides others in the catalogue's statistics and in what the server is doing", async () => {
			const url = opened.config.databaseUrl;
			if (url === undefined) {
				await opened.dependencies.database.asSystem((tx) => execute(tx, "analyze")).catch(() => undefined);
			} else {
				const client = new pg.Client({ connectionString: url });
				await client.connect();
				await client.query("analyze");
				const { rows: gathered } = await client.query("select 1 from pg_stats where tablename = 'subjects'");
				expect(gathered.length).toBeGreaterThan(0);
				await client.end();
			}
			expect(await run("select * from pg_stats where schemaname in ('public', 'pgboss')")).toEqual([]);
			expect(await run("select * from pg_stats_ext where schemaname = 'public'")).toEqual([]);
			const activity = await run("select query from pg_stat_activity where usename is distinct from current_user");
			expect(
				activity.filter(({ query }) => query !== "" && !/insufficient privilege/.test(String(query ?? ""))),
			).toEqual([]);
			// How many rows a table has in all is no secret of the catalogue's: pg_class.reltuples, pg_stat_user_tables, explain.
		});

		test.skipIf(name === "embedded")("copies own rows only", async () => {
			const client = new pg.Client({ connectionString: opened.config.databaseUrl! });
			await client.connect();
			try {
				const copied: Buffer[] = [];
				const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
				connection.on("copyData", ({ chunk }: { chunk: Buffer }) => copied.push(chunk));
				await client.query("begin");
				await client.query("select set_config('app.user_id', $1, true), set_config('app.user_role', 'user', true)", [
					asker.userId,
				]);
				await client.query("set local role anny_fitter_app");
				for (const table of OWN) {
					await client.query(`copy ${table} (${readable[table]!.map((each) => `"${each}"`).join(", ")}) to stdout`);
				}
				const text = Buffer.concat(copied).toString();
				expect(text).toContain(asker.userId);
				expect(text).not.toContain(owner.userId);
				expect(text).not.toContain(owner.email);
			} finally {
				await client.end();
			}
		});
	});
}

function raw(tx: Tx, text: string, values: readonly unknown[]) {
	return tx.executeQuery(CompiledQuery.raw(text, [...values]));
}

async function execute(tx: Tx, text: string, values: readonly unknown[] = []): Promise<Row[]> {
	return (await raw(tx, text, values)).rows as Row[];
}
