import { randomBytes } from "node:crypto";
import {
	type Database,
	type FieldKey,
	migrateDatabase,
	openDatabase,
	PLAIN,
	reencryptFields,
} from "@anny-fitter/platform/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asSuperuser, createEmptyPostgres, isPostgresPresent, TEST_DATABASE_URL } from "./test-databases.js";

const key = (id: string): FieldKey => ({ id, secret: randomBytes(32) });
const FIRST = key("2026a");
const SECOND = key("2026b");
const DOCUMENT = { name: "Ann, spring", stated: { date_of_birth: "1984-05-06", stature_m: 1.7 }, views: [] };

describe.skipIf(!isPostgresPresent)("encrypted fields", () => {
	let url: string;
	let drop: () => Promise<void>;
	let owner: string;
	let migrate: (target?: string) => Promise<string[]>;
	let userId: string;

	const open = (...fieldKeys: FieldKey[]) => openDatabase({ url, poolSize: 3, fieldKeys });
	/** What lies in the tables, as somebody sees it who got hold of them. */
	const stored = () =>
		asSuperuser(url, async (client) => {
			const { rows } = await client.query(
				`select email, s.name, s.date_of_birth, s.birth_year, m.document, e.request from users u
				left join subjects s using (user_id) left join fitted_models m on m.subject_id = s.subject_id
				left join sessions e on e.subject_id = s.subject_id order by s.created_at`,
			);
			return rows;
		});
	const read = (database: Database) =>
		database.asUser({ userId, role: "user" }, async (tx) => ({
			subjects: await tx.selectFrom("subjects").select(["name", "date_of_birth"]).orderBy("created_at").execute(),
			documents: await tx.selectFrom("fitted_models").select("document").execute(),
			requests: await tx.selectFrom("sessions").select("request").execute(),
		}));
	const findByAddress = (database: Database, address: string) =>
		database.asSystem((tx) =>
			tx.selectFrom("users").select(["user_id", "email"]).where("email", "=", address).execute(),
		);
	async function addPerson(database: Database, email: string): Promise<string> {
		return database.asSystem(async (tx) => {
			const { user_id } = await tx
				.insertInto("users")
				.values({ email, password_hash: "x" })
				.returning("user_id")
				.executeTakeFirstOrThrow();
			const { subject_id } = await tx
				.insertInto("subjects")
				.values({ user_id, name: "Ånn Someone", date_of_birth: "1984-05-06", gender: "female" })
				.returning("subject_id")
				.executeTakeFirstOrThrow();
			await tx
				.insertInto("fitted_models")
				.values({
					...{
						user_id,
						subject_id,
						phenotype_parameters: "{}",
						local_changes: "{}",
						pose_bones: "[]",
						num_images_used: 1,
					},
					document: JSON.stringify(DOCUMENT),
				})
				.execute();
			await tx
				.insertInto("sessions")
				.values({ user_id, subject_id, expires_at: new Date(), request: JSON.stringify({ stated: DOCUMENT.stated }) })
				.execute();
			return user_id;
		});
	}

	beforeAll(async () => {
		({ url, drop } = await createEmptyPostgres());
		// A database from before, with somebody in it.
		// Its owner is no superuser, so row-level security is forced on the migrations, too.
		owner = `anny_test_owner_${randomBytes(6).toString("hex")}`;
		const ownerUrl = new URL(url);
		const database = ownerUrl.pathname.slice(1);
		ownerUrl.username = owner;
		await asSuperuser(url, async (client) => {
			await client.query(`create role ${owner} login createrole`);
			await client.query(`alter database ${database} owner to ${owner}`);
			await client.query(`alter schema public owner to ${owner}`);
			for (const role of ["anny_fitter_app", "anny_fitter_system"]) await client.query(`grant ${role} to ${owner}`);
			await client.query(`grant execute on function pg_catalog.set_config(text, text, boolean) to ${owner}`);
		});
		migrate = (target) => migrateDatabase({ url, ownerUrl: ownerUrl.href }, target);
		await migrate("0006-research-on-fits");
		userId = await asSuperuser(url, async (client) => {
			const { rows } = await client.query(
				"insert into users (email, password_hash) values ('old@example.org', 'x') returning user_id",
			);
			const values = [rows[0].user_id, JSON.stringify(DOCUMENT), JSON.stringify({ stated: DOCUMENT.stated })];
			await client.query(
				`with s as (insert into subjects (user_id, name, date_of_birth) values ($1, 'Ånn Someone', '1984-05-06') returning *),
				m as (insert into fitted_models (user_id, subject_id, phenotype_parameters, num_images_used, document)
					select user_id, subject_id, '{}', 1, $2 from s)
				insert into sessions (user_id, subject_id, expires_at, request) select user_id, subject_id, now(), $3 from s`,
				values,
			);
			return rows[0].user_id;
		});
	});
	afterAll(async () => {
		await drop();
		await asSuperuser(TEST_DATABASE_URL, (client) => client.query(`drop role ${owner}`));
	});

	it("keep what was there readable, with a key and without", async () => {
		await migrate();
		for (const keys of [[], [FIRST]]) {
			const database = await open(...keys);
			expect(await read(database)).toEqual({
				subjects: [{ name: "Ånn Someone", date_of_birth: "1984-05-06" }],
				documents: [{ document: DOCUMENT }],
				requests: [{ request: { stated: DOCUMENT.stated } }],
			});
			expect(await findByAddress(database, "old@example.org")).toMatchObject([{ user_id: userId }]);
			await database.close();
		}
		expect((await stored())[0]).toMatchObject({ name: "Ånn Someone", birth_year: 1984 });
	});

	it("are written under the first key, and nothing of them is left to read", async () => {
		const database = await open(FIRST);
		await addPerson(database, "new@example.org");
		expect(await findByAddress(database, "new@example.org")).toMatchObject([{ email: "new@example.org" }]);
		expect(await findByAddress(database, "nobody@example.org")).toEqual([]);
		const row = (await stored()).find(({ email }) => email.startsWith("enc1:2026a:"));
		expect(row).toMatchObject({
			name: expect.stringMatching(/^enc1:2026a:[\w-]{50,}$/),
			date_of_birth: expect.stringMatching(/^enc1:2026a:/),
			birth_year: 1984,
			document: {
				name: expect.stringMatching(/^enc1:/),
				stated: { date_of_birth: expect.stringMatching(/^enc1:/), stature_m: 1.7 },
			},
			request: { stated: { date_of_birth: expect.stringMatching(/^enc1:/) } },
		});
		// The same address twice, although it never looks the same; also that of somebody from before there was a key.
		await expect(addPerson(database, "new@example.org")).rejects.toMatchObject({ code: "23505" });
		await database.close();
	});

	it("go on under a new key while the application runs, and can be stopped in between", async () => {
		const database = await open(SECOND, FIRST);
		let calls = 0;
		const signal = {
			get aborted() {
				return calls > 0;
			},
		};
		await reencryptFields(database, { batchSize: 1, signal, onProgress: () => calls++ });
		expect(calls).toBe(1);
		expect((await stored()).some(({ name }) => !name.startsWith("enc1:2026b:"))).toBe(true);

		expect(await reencryptFields(database, { batchSize: 1 })).toEqual({
			users: 1,
			subjects: 2,
			fitted_models: 2,
			sessions: 2,
		});
		expect(await reencryptFields(database)).toEqual({ users: 0, subjects: 0, fitted_models: 0, sessions: 0 });
		await database.close();

		const alone = await open(SECOND);
		expect((await read(alone)).subjects).toEqual([{ name: "Ånn Someone", date_of_birth: "1984-05-06" }]);
		expect(await findByAddress(alone, "old@example.org")).toMatchObject([{ user_id: userId }]);
		await alone.close();
		const text = JSON.stringify(await stored());
		for (const part of ["Someone", "05-06", "example.org", "spring", "2026a"]) expect(text).not.toContain(part);
	});

	it("stay closed to whoever lacks the key, or moves a value elsewhere", async () => {
		const without = await open(FIRST);
		await expect(read(without)).rejects.toMatchObject({ code: "invalid_configuration" });
		await expect(read(without)).rejects.toThrow('under the key "2026b", which FIELD_KEYS lacks');
		await without.close();
		const impostor = await open({ ...SECOND, secret: randomBytes(32) });
		await expect(read(impostor)).rejects.toThrow("cannot be decrypted");
		await impostor.close();
		await asSuperuser(url, (client) =>
			client.query("update subjects set name = date_of_birth where user_id = $1", [userId]),
		);
		const database = await open(SECOND);
		await expect(read(database)).rejects.toThrow("A value of the column name cannot be decrypted");
		await expect(
			database.asUser({ userId, role: "user" }, (tx) => tx.updateTable("subjects").set({ name: "Ånn" }).execute()),
		).resolves.toBeDefined();
		expect((await read(database)).subjects[0]?.name).toBe("Ånn");
		await database.close();
	});

	it("serve research by the year alone, and go back to plain text when the key is given up", async () => {
		const database = await open(SECOND);
		await database.asSystem(async (tx) => {
			await tx
				.updateTable("subjects")
				.set({ anonymized: true, name: null, date_of_birth: "1984-01-01" })
				.where("user_id", "=", userId)
				.execute();
			await tx
				.insertInto("consents")
				.values({ user_id: userId, purpose: "research_use", granted: true, version: "1" })
				.execute();
		});
		const found = await database.asUser({ userId, role: "researcher" }, (tx) =>
			tx.selectFrom("research_subjects").selectAll().execute(),
		);
		expect(found).toMatchObject([{ birth_year: 1984 }]);
		await database.close();
		await expect(migrate("0006-research-on-fits")).rejects.toThrow("fields are encrypted");
		const plain = await open(PLAIN, SECOND);
		expect(await reencryptFields(plain)).toEqual({ users: 2, subjects: 2, fitted_models: 2, sessions: 2 });
		await plain.close();
		await migrate("0006-research-on-fits");
		const rows = await asSuperuser(
			url,
			async (client) => (await client.query("select email from users order by 1")).rows,
		);
		expect(rows).toEqual([{ email: "new@example.org" }, { email: "old@example.org" }]);
	});
});
