import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase, verifyAuditLog } from "@anny-fitter/platform/database";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, createPerson, createUser } from "./database-fixture.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

describe("PGlite in a folder", { timeout: 120_000 }, () => {
	let folder: string;
	let dataDir: string;
	let cacheDir: string;
	let lock: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "anny-fitter-pglite-"));
		dataDir = join(folder, "data");
		cacheDir = join(folder, "cache");
		lock = join(dataDir, "pglite.lock");
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** A process that has the folder open and adds audited users until it ends. */
	async function startHolder() {
		const script = `
			import { openDatabase } from "@anny-fitter/platform/database";
			const database = await openDatabase({ dataDir: process.argv[1], timeout_ms: 60000 });
			for (let i = 0; ; i++) {
				await database.asSystem(async (tx) => {
					await tx.insertInto("users").values({ email: "u" + i + "@example.org", password_hash: "h" }).execute();
					await tx.insertInto("audit_log").values({ user_id: null, action: "register" }).execute();
				});
				console.log(i);
			}
		`;
		const child = spawn(process.execPath, ["--input-type=module", "-e", script, "--", dataDir], {
			cwd: PACKAGE,
			stdio: ["ignore", "pipe", "inherit"],
		});
		let output = "";
		child.stdout.on("data", (data) => {
			output += data;
		});
		await once(child.stdout, "data");
		return { child, committed: () => output.split("\n").length - 1 };
	}

	it("starts from a seed after the first time, and reopens with its data", async () => {
		const time = async (options: Parameters<typeof openDatabase>[0]) => {
			const started = performance.now();
			const database = await openDatabase({ cacheDir, ...options });
			return { database, ms: Math.round(performance.now() - started) };
		};
		const cold = await time({ dataDir });
		const person = await createPerson(cold.database);
		await cold.database.close();
		expect(readdirSync(cacheDir)).toEqual([expect.stringMatching(/^pglite-[0-9a-f]{24}\.tar$/)]);

		const seeded = await time({ dataDir: join(folder, "other") });
		expect(await seeded.database.asSystem((tx) => tx.selectFrom("users").selectAll().execute())).toEqual([]);
		await seeded.database.close();

		const memory = await time({});
		await createPerson(memory.database);
		await memory.database.close();

		const again = await time({ dataDir });
		const subjects = await again.database.asUser(person.actor, (tx) => tx.selectFrom("subjects").selectAll().execute());
		expect(subjects).toMatchObject([{ subject_id: person.subjectId, date_of_birth: "1984-05-06" }]);
		await again.database.close();
		console.log(
			`PGlite starts: cold ${cold.ms} ms, from the seed ${seeded.ms} ms, in memory ${memory.ms} ms, reopened ${again.ms} ms`,
		);
		expect(seeded.ms).toBeLessThan(cold.ms);
	});

	it("makes a new seed when the one there is damaged, and does without where none can be kept", async () => {
		await (await openDatabase({ dataDir, cacheDir })).close();
		const seed = join(cacheDir, readdirSync(cacheDir)[0]!);
		const bytes = readFileSync(seed);
		writeFileSync(seed, bytes.subarray(0, bytes.length / 2));
		await (await openDatabase({ dataDir: join(folder, "second"), cacheDir })).close();
		expect(readFileSync(seed).length).toBeGreaterThan(bytes.length / 2);
		const file = join(folder, "file");
		writeFileSync(file, "");
		await (await openDatabase({ dataDir: join(folder, "third"), cacheDir: join(file, "cache") })).close();
	});

	it("is opened by one process at a time, and is whole after kill -9", async () => {
		const { child, committed } = await startHolder();
		try {
			const opening = openDatabase({ dataDir });
			await expect(opening).rejects.toMatchObject({ code: "conflict", remedy: expect.stringContaining("DATA_DIR") });
			await expect(opening).rejects.toThrow(`process ${child.pid}`);
			while (committed() < 30) await once(child.stdout, "data");
		} finally {
			child.kill("SIGKILL");
			await once(child, "close");
		}
		expect(existsSync(lock)).toBe(true);
		const database = await openDatabase({ dataDir, timeout_ms: 30_000 });
		try {
			const users = await database.asSystem((tx) => tx.selectFrom("users").select("email").execute());
			expect(users.length).toBeGreaterThanOrEqual(committed());
			expect(await verifyAuditLog(database)).toMatchObject({ ok: true, rows: users.length });
			await createPerson(database);
		} finally {
			await database.close();
		}
		expect(existsSync(lock)).toBe(false);
	});

	it("is opened once within a process", async () => {
		const database = await openDatabase({ dataDir });
		expect(await codeOf(openDatabase({ dataDir }))).toBe("conflict");
		await database.close();
		await (await openDatabase({ dataDir })).close();
	});

	it("takes over a dead process's lock, also when its number or its host's name came back", async () => {
		await (await openDatabase({ dataDir })).close();
		const ended = spawn(process.execPath, ["-e", ""]);
		await once(ended, "exit");
		const base = { host: hostname(), started: null, token: "x" };
		const open = () => codeOf(openDatabase({ dataDir }).then((database) => database.close()));
		writeFileSync(lock, JSON.stringify({ ...base, pid: ended.pid }));
		expect(await open()).toBe("none");
		writeFileSync(lock, "");
		expect(await open()).toBe("none");
		// Where the system tells when a process started.
		if (existsSync("/proc/self/stat")) {
			writeFileSync(lock, JSON.stringify({ ...base, pid: process.pid, started: "another boot/1" }));
			expect(await open()).toBe("none");
		}
		writeFileSync(lock, JSON.stringify({ ...base, pid: process.ppid }));
		expect(await open()).toBe("conflict");
		// A process on another host keeps its lock fresh.
		writeFileSync(lock, JSON.stringify({ ...base, pid: 1, host: "elsewhere" }));
		expect(await open()).toBe("conflict");
	});

	it("starts again when making it was interrupted", async () => {
		const { mkdirSync } = await import("node:fs");
		mkdirSync(join(dataDir, "pglite.new", "base"), { recursive: true });
		const database = await openDatabase({ dataDir });
		await createUser(database);
		await database.close();
		expect(existsSync(join(dataDir, "pglite.new"))).toBe(false);
	});

	it("serves many at once over its one connection", async () => {
		const database = await openDatabase({ timeout_ms: 30_000 });
		const people = await Promise.all(Array.from({ length: 8 }, () => createPerson(database)));
		await Promise.all(
			people.flatMap((person) =>
				Array.from({ length: 10 }, () =>
					database.asUser(person.actor, async (tx) => {
						const rows = await tx.selectFrom("subjects").select("user_id").execute();
						expect(rows).toEqual([{ user_id: person.userId }]);
					}),
				),
			),
		);
		expect(database.poolUse().total).toBe(1);
		await database.ping();
		await database.close();
	});
});
