import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	appendFileSync,
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, verifyAuditLog } from "@anny-fitter/platform/database";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../../packages/platform/test/free-port.js";
import { FOLDER } from "../chart.js";

const PROGRAMS = spawnSync("bash", ["-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1"], {
	encoding: "utf8",
}).stdout.trim();
const isPresent = PROGRAMS !== "" && spawnSync("age", ["--version"]).status === 0;
if (!isPresent && process.env.CI === "true")
	throw new Error("PostgreSQL or age is missing; run tools/test-servers.sh.");
const NAME = "Zoë Nobody-Elsehere";

describe.skipIf(!isPresent)("the database of the chart, by its own scripts", () => {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-chart-database-"));
	const backups = join(folder, "backups");
	const secrets = Object.fromEntries(
		["owner", "login", "backup"].map((name) => [name, randomBytes(18).toString("base64url")]),
	);
	let port = 0;
	let recipient = "";
	let database: Database;

	beforeAll(async () => {
		for (const name of ["backups", "secrets", "scripts", "scratch"]) mkdirSync(join(folder, name));
		cpSync(join(FOLDER, "chart/files"), join(folder, "scripts"), { recursive: true });
		for (const [name, text] of Object.entries(secrets))
			writeFileSync(join(folder, "secrets", `${name}-password`), text);
		port = await freePort();
		// The chart's own configuration, in less memory.
		appendFileSync(
			join(folder, "scripts/postgresql.conf"),
			`listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = '${folder}'\nshared_buffers = 32MB\nfsync = off\n` +
				`data_directory = '${folder}/data'\nhba_file = '${folder}/data/pg_hba.conf'\n`,
		);
		chmodSync(folder, 0o755);
		if (process.getuid?.() === 0) execFileSync("chown", ["-R", "postgres", folder]);
		await asPostgres("initdb", [
			"--pgdata",
			`${folder}/data`,
			"--auth-local=peer",
			"--auth-host=scram-sha-256",
			"--data-checksums",
		]);
		await asPostgres("pg_ctl", [
			...["--pgdata", `${folder}/data`, "--log", `${folder}/log`, "--wait"],
			...["--options", `-c config_file=${folder}/scripts/postgresql.conf`, "start"],
		]);
		await asPostgres("createdb", ["--host", folder, "--port", String(port), "anny_fitter"]);
		await asPostgres("bash", [`${folder}/scripts/logins.sh`], {
			PGHOST: folder,
			PGPORT: String(port),
			POSTGRES_USER: "postgres",
			POSTGRES_DB: "anny_fitter",
			SECRETS_DIR: `${folder}/secrets`,
		});
		await asPostgres("age-keygen", ["-o", `${folder}/secrets/age-identity`]);
		recipient = (await asPostgres("age-keygen", ["-y", `${folder}/secrets/age-identity`])).stdout.trim();
		database = await openDatabase({ url: urlOf("login"), ownerUrl: urlOf("owner") });
		const userId = await database.asSystem(async (tx) => {
			const user = await tx
				.insertInto("users")
				.values({ email: "nobody@example.org", password_hash: "x" })
				.returning("user_id")
				.executeTakeFirstOrThrow();
			return user.user_id;
		});
		await database.asUser({ userId, role: "user" }, async (tx) => {
			await tx.insertInto("subjects").values({ user_id: userId, name: NAME }).execute();
			await tx.insertInto("audit_log").values({ user_id: userId, action: "subject_create" }).execute();
			await tx.insertInto("audit_log").values({ user_id: userId, action: "data_export" }).execute();
		});
	});

	afterAll(async () => {
		await database?.close();
		await asPostgres("pg_ctl", ["--pgdata", `${folder}/data`, "--mode", "immediate", "stop"]).catch(() => undefined);
		rmSync(folder, { recursive: true, force: true });
	});

	it("gives each login what it needs and no more", async () => {
		const refused = (login: string, statement: string) =>
			expect(query(login, statement)).rejects.toThrow(/permission denied|must be owner/);
		await refused("login", "drop table subjects");
		await refused("login", "select * from subjects");
		await refused(
			"login",
			"select set_config('app.user_role', 'admin', false) from pg_class where false union select lo_import('/etc/passwd')::text",
		);
		await refused("backup", "delete from subjects");
		await refused("backup", "create table public.mine (id int)");
		expect(await query("backup", "select name from subjects")).toEqual([{ name: NAME }]);
		const log = readFileSync(join(folder, "log"), "utf8");
		for (const text of [NAME, ...Object.values(secrets)]) expect(log.includes(text)).toBe(false);
	});

	it("is backed up without a readable word, and every part of the backup is tried", async () => {
		const backup = await backUp();
		expect(backup).toMatchObject({ status: 0 });
		const [file = "", manifest = ""] = readdirSync(backups).sort();
		const bytes = readFileSync(join(backups, file));
		expect(bytes.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
		for (const text of [NAME, "nobody@example.org", "subjects"]) expect(bytes.includes(text)).toBe(false);
		const { rows } = JSON.parse(readFileSync(join(backups, manifest), "utf8"));
		expect(rows).toMatchObject({ "public.subjects": 1, "public.audit_log": 2, "public.users": 1 });

		const tested = await testRestore();
		expect(tested.stderr).toBe("");
		expect(tested.stdout).toMatch(/can be restored: \d\d tables compared, the audit log's chain is whole/);
		expect(readdirSync(join(folder, "scratch"))).toEqual([]);
	});

	it("is restored into an empty database and read by the application", async () => {
		await asPostgres("createdb", [
			"--host",
			folder,
			"--port",
			String(port),
			"--owner",
			"anny_fitter_owner",
			"restored",
		]);
		const restore = () =>
			asPostgres("bash", [`${folder}/scripts/restore.sh`], {
				...{ PGHOST: folder, PGPORT: String(port), PGDATABASE: "restored", PGUSER: "postgres" },
				...{ AGE_IDENTITY_FILE: `${folder}/secrets/age-identity`, BACKUP_DIR: backups },
			});
		expect(await restore()).toMatchObject({ status: 0 });
		const restored = await openDatabase({ url: urlOf("login", "restored"), ownerUrl: urlOf("owner", "restored") });
		try {
			const rows = await restored.asSystem((tx) => tx.selectFrom("subjects").select("name").execute());
			expect(rows).toEqual([{ name: NAME }]);
			expect(await verifyAuditLog(restored)).toMatchObject({ ok: true, rows: 2 });
			// Views read with their owner's rights, and queries may not change who asks: both must have come along.
			const facts = await query(
				"login",
				`select viewowner, has_function_privilege('anny_fitter_app', 'pg_catalog.set_config(text, text, boolean)', 'execute') as open
				from pg_views where viewname = 'research_subjects'`,
				"restored",
			);
			expect(facts).toEqual([{ viewowner: "anny_fitter_system", open: false }]);
		} finally {
			await restored.close();
		}
		const again = await restore();
		expect(again).toMatchObject({ status: 73 });
		expect(again.stderr).toContain("is not empty");
	});

	it("has a test of the restore that fails when it should", async () => {
		const [file = "", manifest = ""] = readdirSync(backups).sort();
		const change = async (
			path: string,
			edit: (bytes: Buffer) => Buffer | string,
			expected: object,
			message: string,
		) => {
			const original = readFileSync(join(backups, path));
			writeFileSync(join(backups, path), edit(Buffer.from(original)));
			const tested = await testRestore();
			writeFileSync(join(backups, path), original);
			expect(tested).toMatchObject(expected);
			expect(tested.stderr).toContain(message);
		};
		const flip = (bytes: Buffer) => {
			bytes[bytes.length - 20]! ^= 1;
			return bytes;
		};
		await change(file, flip, { status: 65 }, "is damaged");
		const claim = (bytes: Buffer) => bytes.toString().replace('"public.subjects": 1', '"public.subjects": 2');
		await change(manifest, claim, { status: 70 }, "public.subjects: 1 rows, the manifest says 2");
		expect(await testRestore({ MAX_AGE_HOURS: "-1" })).toMatchObject({ status: 75 });

		await asPostgres("age-keygen", ["-o", `${folder}/secrets/other`]);
		const wrong = await testRestore({ AGE_IDENTITY_FILE: `${folder}/secrets/other` });
		expect(wrong.status).not.toBe(0);
		expect(wrong.stderr).toContain("no identity matched");

		// Somebody rewrote a row of the audit log, with all rights, and a backup was taken of that.
		await asPostgres("psql", [
			...["--host", folder, "--port", String(port), "--dbname", "anny_fitter", "--command"],
			"alter table audit_log disable trigger all; update audit_log set row_hash = sha256('x') where log_id = 1",
		]);
		await new Promise((resolve) => setTimeout(resolve, 1100));
		expect(await backUp()).toMatchObject({ status: 0 });
		const tested = await testRestore();
		expect(tested).toMatchObject({ status: 70 });
		expect(tested.stderr).toContain("the chain is broken at row 2");
	});

	function backUp() {
		return asPostgres("bash", [`${folder}/scripts/backup.sh`], {
			...{ PGHOST: "127.0.0.1", PGPORT: String(port), PGDATABASE: "anny_fitter", PGUSER: "anny_fitter_backup" },
			...{
				PGPASSWORD_FILE: `${folder}/secrets/backup-password`,
				AGE_RECIPIENT: recipient,
				BACKUP_DIR: backups,
				KEEP_DAYS: "35",
			},
		});
	}

	function testRestore(env: Record<string, string> = {}) {
		return asPostgres("bash", [`${folder}/scripts/restore-test.sh`], {
			...{ AGE_IDENTITY_FILE: `${folder}/secrets/age-identity`, BACKUP_DIR: backups, MAX_AGE_HOURS: "30" },
			...{ SCRATCH_DIR: `${folder}/scratch`, ...env },
		});
	}

	function urlOf(login: "login" | "owner", name = "anny_fitter"): string {
		return `postgres://anny_fitter_${login}:${secrets[login]}@127.0.0.1:${port}/${name}`;
	}

	async function query(login: string, statement: string, database = "anny_fitter"): Promise<unknown[]> {
		const client = new pg.Client({
			...{ host: "127.0.0.1", port, database, user: `anny_fitter_${login}`, password: secrets[login]! },
		});
		await client.connect();
		try {
			return (await client.query(statement)).rows;
		} finally {
			await client.end();
		}
	}
});

/** Runs a program as PostgreSQL's own user, which is not root. */
async function asPostgres(program: string, words: readonly string[], env: Record<string, string> = {}) {
	const variables = { PATH: `${PROGRAMS}:${process.env.PATH}`, LC_ALL: "C.UTF-8", ...env };
	const command = ["env", "-i", ...Object.entries(variables).map((it) => it.join("=")), program, ...words];
	const full = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", ...command] : command;
	const { status, stdout, stderr } = spawnSync(full[0]!, full.slice(1), { encoding: "utf8", cwd: "/" });
	if (status !== 0 && program !== "bash") throw new Error(`${program}: ${stderr}`);
	return { status, stdout, stderr };
}
