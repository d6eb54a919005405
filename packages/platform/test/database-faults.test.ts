import { randomUUID } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { AppError } from "@anny-fitter/contracts";
import { type Database, openDatabase, type Tx } from "@anny-fitter/platform/database";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, createUser } from "./database-fixture.js";
import { asSuperuser, createTestDatabase, isPostgresPresent, type TestDatabase } from "./test-databases.js";

describe.skipIf(!isPostgresPresent)("faults of PostgreSQL", () => {
	let opened: TestDatabase;
	let database: Database;
	let url: string;

	beforeAll(async () => {
		opened = await createTestDatabase("postgres", { timeout_ms: 2_000, poolSize: 2 });
		database = opened.database;
		url = opened.url!;
	});
	afterAll(() => opened?.dispose());

	const addUser = (tx: Tx, email: string) => tx.insertInto("users").values({ email, password_hash: "h" }).execute();
	const countUsers = (email: string) =>
		database.asSystem(async (tx) => {
			const rows = await tx.selectFrom("users").select("user_id").where("email", "=", email).execute();
			return rows.length;
		});
	const backendOf = async (tx: Tx) =>
		(await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)).rows[0]!.pid;
	const terminate = (pid: number) =>
		asSuperuser(url, (client) => client.query("select pg_terminate_backend($1, 5000)", [pid]));

	/** Runs work that fails at its first tries as told, and says how often it ran. */
	async function runFailing(
		fail: (tx: Tx, attempt: number) => Promise<unknown>,
	): Promise<{ runs: number; users: number }> {
		const email = `${randomUUID()}@example.org`;
		let runs = 0;
		await database.asSystem(async (tx) => {
			runs++;
			await addUser(tx, email);
			await fail(tx, runs);
		});
		return { runs, users: await countUsers(email) };
	}

	it("repeats the whole transaction when its connection is ended by the server", async () => {
		const outcome = await runFailing(async (tx, attempt) => {
			if (attempt < 3) await terminate(await backendOf(tx));
			await sql`select 1`.execute(tx);
		});
		expect(outcome).toEqual({ runs: 3, users: 1 });
	});

	it.each(["40001", "40P01", "57014", "57P01", "53300", "08006", "55P03"])("repeats it after %s", async (code) => {
		const outcome = await runFailing(async (tx, attempt) => {
			if (attempt > 1) return;
			await sql.raw(`do $$ begin raise exception 'injected' using errcode = '${code}'; end $$`).execute(tx);
		});
		expect(outcome).toEqual({ runs: 2, users: 1 });
	});

	it("resolves a real deadlock", async () => {
		const [first, second] = [await createUser(database), await createUser(database)];
		let arrived = 0;
		let bothHere = () => {};
		const both = new Promise<void>((resolve) => {
			bothHere = resolve;
		});
		const lockInTurn = (one: string, other: string) =>
			database.asSystem(async (tx) => {
				const touch = (id: string) =>
					tx.updateTable("users").set({ last_login: new Date() }).where("user_id", "=", id).execute();
				await touch(one);
				if (++arrived === 2) bothHere();
				await both;
				await touch(other);
			});
		await Promise.all([lockInTurn(first.userId, second.userId), lockInTurn(second.userId, first.userId)]);
		// The wait for a lock may end both.
		expect(arrived).toBeGreaterThanOrEqual(3);
	});

	it("says that the database is unavailable when a lock is held too long, and recovers", async () => {
		const { userId } = await createUser(database);
		const touch = () =>
			database.asSystem((tx) =>
				tx.updateTable("users").set({ last_login: new Date() }).where("user_id", "=", userId).execute(),
			);
		await asSuperuser(url, async (client) => {
			await client.query("begin");
			await client.query("select 1 from users where user_id = $1 for update", [userId]);
			const started = Date.now();
			const failure = await touch().catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(AppError);
			expect(failure).toMatchObject({ code: "database_unavailable", retryable: true });
			// Three waits of one second.
			expect(Date.now() - started).toBeGreaterThan(2_800);
			await client.query("rollback");
		});
		await touch();
	});

	it("ends a statement that runs too long", async () => {
		expect(await codeOf(database.asSystem((tx) => sql`select pg_sleep(30)`.execute(tx)))).toBe("database_unavailable");
	});

	it("does not wait for a free connection for ever, and says how the pool is used", async () => {
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		const holders = [1, 2].map(() => database.asSystem(() => held));
		try {
			const failing = codeOf(database.asSystem(async () => {}));
			await new Promise((resolve) => setTimeout(resolve, 300));
			expect(database.poolUse()).toEqual({ total: 2, idle: 0, waiting: 1 });
			await expect(database.ping()).rejects.toMatchObject({ code: "database_unavailable" });
			expect(await failing).toBe("database_unavailable");
		} finally {
			release();
		}
		await Promise.all(holders);
		await database.ping();
		expect(database.poolUse().waiting).toBe(0);
	});

	it("passes on what the work throws, without another try", async () => {
		let runs = 0;
		const email = `${randomUUID()}@example.org`;
		await expect(
			database.asSystem(async (tx) => {
				runs++;
				await addUser(tx, email);
				throw new AppError("conflict", "Mine.");
			}),
		).rejects.toMatchObject({ code: "conflict" });
		expect(runs).toBe(1);
		expect(await countUsers(email)).toBe(0);
		await database.asSystem((tx) => addUser(tx, email));
		expect(await codeOf(database.asSystem((tx) => addUser(tx, email)))).toBe("23505");
	});

	it("survives idle connections that the server ends", async () => {
		await database.ping();
		await asSuperuser(url, (client) =>
			client.query(
				"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
			),
		);
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(await runFailing(async () => {})).toMatchObject({ users: 1 });
	});

	describe("behind a network that fails", () => {
		let proxy: Proxy;
		let distant: Database;
		beforeAll(async () => {
			proxy = await startProxy(Number(new URL(url).port || 5432));
			const through = new URL(url);
			through.port = String(proxy.port);
			distant = await openDatabase({ url: through.href, timeout_ms: 2_000, poolSize: 2 });
		});
		afterAll(async () => {
			await distant?.close();
			await proxy?.close();
		});

		it("does not do the work twice when the answer to the commit is lost", async () => {
			const email = `${randomUUID()}@example.org`;
			let runs = 0;
			const failing = distant.asSystem(async (tx) => {
				runs++;
				await addUser(tx, email);
				proxy.loseAnswers();
			});
			expect(await codeOf(failing)).toBe("database_unavailable");
			expect(runs).toBe(1);
			proxy.restore();
			expect(await countUsers(email)).toBe(1);
		});

		it("fails when it is refused and works again afterwards", async () => {
			proxy.refuse();
			const started = Date.now();
			expect(await codeOf(distant.asSystem(async () => {}))).toBe("database_unavailable");
			await expect(distant.ping()).rejects.toMatchObject({ code: "database_unavailable" });
			expect(Date.now() - started).toBeLessThan(20_000);
			proxy.restore();
			await distant.ping();
			await distant.asSystem(async () => {});
		});
	});

	it("says so when there is no server", async () => {
		await expect(openDatabase({ url: "postgres://root@127.0.0.1:1/none", timeout_ms: 1_000 })).rejects.toMatchObject({
			code: "database_unavailable",
			retryable: true,
		});
	});
});

interface Proxy {
	readonly port: number;
	/** From now on the server gets everything and the client nothing, then the connection ends. */
	loseAnswers(): void;
	refuse(): void;
	restore(): void;
	close(): Promise<void>;
}

async function startProxy(target: number): Promise<Proxy> {
	let mode: "open" | "losing" | "refusing" = "open";
	const sockets = new Set<Socket>();
	const server: Server = createServer((client) => {
		if (mode === "refusing") {
			client.destroy();
			return;
		}
		const upstream = connect(target, "127.0.0.1");
		sockets.add(client);
		client.on("data", (data) => upstream.write(data));
		upstream.on("data", (data) => {
			if (mode === "losing") client.destroy();
			else client.write(data);
		});
		client.on("close", () => upstream.end());
		upstream.on("close", () => client.destroy());
		client.on("error", () => {});
		upstream.on("error", () => {});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as { port: number }).port,
		loseAnswers() {
			mode = "losing";
		},
		refuse() {
			mode = "refusing";
			for (const socket of sockets) socket.destroy();
		},
		restore() {
			mode = "open";
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
