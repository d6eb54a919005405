import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { inspect } from "node:util";
import { createApi, type FitWorker, grantRole, startFitWorker } from "@anny-fitter/api";
import { Redis } from "ioredis";
import { sql } from "kysely";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { postFit, waitForSession } from "./fit-helpers.js";
import { hasRedisServer, type OwnRedis, startOwnRedis } from "./own-redis.js";
import {
	bytesSecret,
	carelessly,
	dateSecret,
	findSecrets,
	numberSecret,
	type Secret,
	textSecret,
} from "./secret-searcher.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	logIn,
	multipart,
	openTestEnvironment,
	samplePhoto,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

const NAME = "Zephyrine Quillfeather";
const BIRTH = "1987-03-14";
const STATURE_M = 1.6837;
const WEIGHT_KG = 61.37;
const WAIST_M = 0.7341;
const FILE_NAME = "zephyrine-in-her-garden.jpg";
const WRONG_PASSWORD = "violet elephants sing at dawn";
const NEW_PASSWORD = "orange otters dance at dusk";
const NOTE = "the lady with the quillfeather hat";

/** What must not stand in logs and the like, gathered while the requests run. */
class Secrets {
	readonly all: Secret[] = [];

	add(...secrets: Secret[]): void {
		this.all.push(...secrets.filter(({ forms }) => forms.length > 0));
	}

	addUser(user: TestUser): void {
		this.add(textSecret("e-mail", user.email), textSecret("e-mail", user.email.split("@")[0]!));
		this.add(textSecret("password", user.password));
		this.addTokens(user.token, user.cookie.split("=")[1]!);
	}

	addTokens(access: string, refresh: string): void {
		const [, payload, signature] = access.split(".") as [string, string, string];
		this.add(textSecret("access token", access), textSecret("access token", signature));
		this.add(textSecret("access token", payload), textSecret("refresh token", refresh));
	}

	/** Measurements, landmarks, pose and shape of a result: every number that is long enough to be told apart. */
	addResult(document: Record<string, unknown>): void {
		const numbers = (kind: string, value: unknown): void => {
			if (typeof value === "number") this.add(numberSecret(kind, value, 6));
			else if (typeof value === "object" && value !== null)
				for (const each of Object.values(value)) numbers(kind, each);
		};
		numbers("measurement", document.measurements);
		numbers("measurement", [document.stature_m, document.mass_kg]);
		numbers("landmark", document.views);
		numbers("pose", document.pose);
		numbers("shape", [document.phenotypes, document.local_changes]);
	}

	kinds(): string[] {
		return [...new Set(this.all.map(({ kind }) => kind))].sort();
	}
}

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`what is written down, ${name}`, () => {
		const secrets = new Secrets();
		const printed: string[] = [];
		const restore: (() => void)[] = [];
		let environment: TestEnvironment;
		let api: TestApi;
		let worker: FitWorker | undefined;
		let redis: OwnRedis | null = null;
		const statuses = new Map<number, number>();

		beforeAll(async () => {
			for (const stream of [process.stdout, process.stderr]) {
				const write = stream.write;
				stream.write = ((piece: unknown, ...rest: []) => {
					printed.push(typeof piece === "string" ? piece : Buffer.from(piece as Uint8Array).toString("latin1"));
					return write.call(stream, piece as string, ...rest);
				}) as typeof stream.write;
				restore.push(() => {
					stream.write = write;
				});
			}
			// All keys are looked at, so no other test's may be among them.
			redis = name === "production" && hasRedisServer() ? await startOwnRedis() : null;
			environment = await openTestEnvironment(name, {
				settings: { LOG_LEVEL: "trace", ...(redis === null ? {} : { REDIS_URL: redis.url }) },
			});
			api = await createApi(environment.dependencies);
			worker = await startFitWorker(environment.dependencies);
			await useEverything();
		}, 240_000);
		afterAll(async () => {
			for (const put of restore) put();
			await worker?.stop();
			await api?.close();
			await environment?.close();
			await redis?.kill();
		});

		async function ask(user: TestUser | null, method: string, url: string, payload?: object | string, headers = {}) {
			const answer = await api.inject({
				method: method as "GET",
				url: url.startsWith("/") ? `/api/v1${url}` : url,
				headers: { ...user?.headers, ...headers },
				...(payload === undefined ? {} : { payload }),
			});
			statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
			return answer;
		}

		/** Requests of every kind, those that fail included. */
		async function useEverything(): Promise<void> {
			secrets.add(
				textSecret("name", NAME),
				...NAME.split(" ").map((word) => textSecret("name", word)),
				dateSecret("birth date", BIRTH),
				numberSecret("stated fact", STATURE_M),
				numberSecret("stated fact", WEIGHT_KG),
				numberSecret("stated fact", WAIST_M),
				textSecret("file name", FILE_NAME),
				textSecret("file name", FILE_NAME.replace(".jpg", "")),
				textSecret("password", WRONG_PASSWORD),
				textSecret("password", NEW_PASSWORD),
				textSecret("review note", NOTE),
				{ kind: "authorization", forms: ["Bearer ey", "bearer.ey", "refresh_token="] },
			);
			const photo = await samplePhoto("woman-front");
			const side = await samplePhoto("woman-side");
			const nobody = await sharp({ create: { width: 900, height: 1200, channels: 3, background: "#7a9" } })
				.composite([{ input: { create: { width: 300, height: 200, channels: 3, background: "#fc8" } } }])
				.jpeg()
				.toBuffer();
			secrets.add(bytesSecret("photo", photo), bytesSecret("photo", side), bytesSecret("photo", nobody));
			const user = await createTestUser(api);
			secrets.addUser(user);

			await accounts(user);
			const subjectId = await subjects(user);
			const fit = (...parts: [string, string | Buffer, string?][]) => postFit(api, user, parts);
			const accepted = await fit(
				["subject_id", subjectId],
				["stature_m", String(STATURE_M)],
				["weight_kg", String(WEIGHT_KG)],
				["date_of_birth", BIRTH],
				["sex", "female"],
				["measures", JSON.stringify({ waist_girth: WAIST_M })],
				["views", '["front", "side"]'],
				["photos", photo, FILE_NAME],
				["photos", side, `2-${FILE_NAME}`],
			);
			expect(accepted.statusCode, accepted.body).toBe(202);
			const done = await waitForSession(api, user, accepted.json().session_id, undefined, 180_000);
			expect(done, JSON.stringify(done)).toMatchObject({ status: "completed" });
			const failed = await waitForSession(
				api,
				user,
				(await fit(["photos", nobody, FILE_NAME], ["stature_m", String(STATURE_M)])).json().session_id,
				undefined,
				120_000,
			);
			expect(failed).toMatchObject({ status: "failed", error: { code: "no_person" } });
			await refusedFits(user, photo);
			await watch(user, accepted.json().session_id);
			await results(user, done.model_id!, subjectId);
			await administration(user, done.model_id!);
			await brokenDatabase(user);
			await leave(user);
		}

		async function accounts(user: TestUser): Promise<void> {
			const { email, password } = user;
			await ask(null, "POST", "/auth/register", { email, password });
			await ask(null, "POST", "/auth/register", { email: `${NAME}@nowhere`, password: "short" });
			await ask(null, "POST", "/auth/register", { email: "other@example.org", password: email, [NAME]: BIRTH });
			await ask(null, "POST", "/auth/login", { email, password: WRONG_PASSWORD });
			await ask(null, "POST", "/auth/login", `{"email": "${email}", "password": "${WRONG_PASSWORD}"`, {
				"content-type": "application/json",
			});
			await ask(null, "POST", "/auth/login", `${email}&${password}`, { "content-type": `text/${NAME.split(" ")[0]}` });
			await ask(null, "GET", `/auth/me?access_token=${user.token}`);
			await ask(null, "GET", `/auth/${user.token}`);
			await ask(null, "GET", "/auth/me", undefined, { authorization: `Basic ${btoa(`${email}:${password}`)}` });
			await ask(null, "GET", "/auth/me", undefined, { authorization: `Bearer ${user.token}x` });
			await ask(user, "GET", "/auth/me");
			let { cookie } = user;
			for (let i = 0; i < 2; i++) {
				const answer = await ask(null, "POST", "/auth/refresh", undefined, { cookie });
				cookie = `refresh_token=${answer.cookies[0]!.value}`;
				secrets.addTokens(answer.json().access_token, answer.cookies[0]!.value);
			}
			// Used before: at once, and by a foreign page.
			await ask(null, "POST", "/auth/refresh", undefined, { cookie: user.cookie });
			await ask(null, "POST", "/auth/refresh", undefined, { cookie, origin: `https://${NAME.split(" ")[0]}.example` });
			await ask(null, "POST", "/auth/logout", undefined, { cookie });
			await ask(user, "PUT", "/consents", { photo_processing: true, version: NAME });
			await ask(user, "PUT", "/me/password", { current_password: WRONG_PASSWORD, new_password: NEW_PASSWORD });
			await ask(user, "DELETE", "/me", { password: WRONG_PASSWORD });
		}

		async function subjects(user: TestUser): Promise<string> {
			const made = await ask(user, "POST", "/subjects", { name: NAME, date_of_birth: BIRTH, gender: "female" });
			expect(made.statusCode).toBe(201);
			const { subject_id } = made.json();
			await ask(user, "POST", "/subjects", { name: NAME, date_of_birth: "2087-03-14" });
			await ask(user, "POST", "/subjects", { name: NAME, date_of_birth: `${BIRTH}T00:00:00Z`, gender: NAME });
			await ask(user, "POST", "/subjects", { name: `${NAME}\n`, [NAME]: BIRTH });
			await ask(user, "GET", `/subjects?search=${encodeURIComponent(NAME)}`);
			await ask(user, "GET", `/subjects?order=${encodeURIComponent(NAME)}`);
			await ask(user, "GET", `/subjects/${subject_id}`);
			await ask(user, "GET", `/subjects/${encodeURIComponent(NAME)}`);
			await ask(user, "PATCH", `/subjects/${subject_id}`, { name: `${NAME} II` }, { "if-match": `"${NAME}"` });
			await ask(user, "PATCH", `/subjects/${subject_id}`, { name: NAME, gender: "other" });
			await ask(user, "POST", `/subjects/${subject_id}/anonymise-${NAME.split(" ")[0]}`);
			return subject_id;
		}

		async function refusedFits(user: TestUser, photo: Buffer): Promise<void> {
			const refuse = async (...parts: [string, string | Buffer, string?][]) => {
				const answer = await postFit(api, user, parts);
				statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
				expect(answer.statusCode).toBeGreaterThanOrEqual(400);
			};
			await refuse(["stature_m", String(STATURE_M * 100)], ["photos", photo, FILE_NAME]);
			await refuse(["weight_kg", `${WEIGHT_KG} kg of ${NAME}`], ["photos", photo, FILE_NAME]);
			await refuse(["date_of_birth", `born ${BIRTH}`], ["photos", photo, FILE_NAME]);
			await refuse(["measures", `{"waist_girth": ${WAIST_M}, "${NAME}": ${WAIST_M}}`], ["photos", photo, FILE_NAME]);
			await refuse(["measures", `{"waist_girth": ${WAIST_M}`], ["photos", photo, FILE_NAME]);
			await refuse([NAME, String(STATURE_M)], ["photos", photo, FILE_NAME]);
			await refuse(["photos", photo, FILE_NAME], ["photos", photo, FILE_NAME]);
			await refuse([FILE_NAME, photo, FILE_NAME]);
			await refuse(["photos", Buffer.from(`<svg>${NAME}</svg>`), FILE_NAME]);
			await refuse(["photos", Buffer.alloc(0), FILE_NAME]);
			await refuse(["photos", photo.toString("base64")]);
			// Cut off in the middle of the photo; a wrong boundary; a photo as JSON.
			const { payload, headers } = multipart([
				["stature_m", String(STATURE_M)],
				["photos", photo, FILE_NAME],
			]);
			const send = (body: Buffer | string | object, more: object) =>
				ask(user, "POST", "/fit", body, { ...headers, ...more });
			await send(payload.subarray(0, payload.length / 2), {});
			await send(payload, { "content-type": `multipart/form-data; boundary=${NAME.split(" ")[0]}` });
			await send(payload, { "content-type": "application/json" });
			await send({ photo: photo.toString("base64"), name: NAME }, { "content-type": "application/json" });
			await send(payload, { "idempotency-key": `${NAME} ${user.email}` });
			// A photo that begins well and is damaged: told by the vision service.
			const damaged = Buffer.concat([photo.subarray(0, 20_000), Buffer.alloc(2000)]);
			const answer = await postFit(api, user, [["photos", damaged, FILE_NAME]]);
			if (answer.statusCode === 202) await waitForSession(api, user, answer.json().session_id);
		}

		async function watch(user: TestUser, sessionId: string): Promise<void> {
			const url = (await api.listen({ port: 0, host: "127.0.0.1" })).replace("http", "ws");
			for (const [query, protocols] of [
				["", ["bearer", `bearer.${user.token}`]],
				["", ["bearer", `bearer.${user.token}x`]],
				[`?token=${user.token}`, []],
			] as [string, string[]][]) {
				const socket = new WebSocket(`${url}/api/v1/sessions/${sessionId}/events${query}`, protocols);
				await new Promise((resolve) => {
					socket.on("close", resolve);
					socket.on("error", resolve);
				});
			}
		}

		async function results(user: TestUser, modelId: string, subjectId: string): Promise<void> {
			const model = await ask(user, "GET", `/models/${modelId}`);
			expect(model.statusCode).toBe(200);
			secrets.addResult(model.json());
			for (const part of ["/measurements", "/measurements?format=csv", "/mesh", "/mesh?format=glb"]) {
				await ask(user, "GET", `/models/${modelId}${part}`);
			}
			for (const format of ["glb", "obj", "ply", "stl", "json", "csv", "docx"]) {
				const answer = await ask(user, "GET", `/models/${modelId}/export?format=${format}`);
				expect(answer.statusCode, format).toBe(format === "docx" ? 400 : 200);
			}
			await ask(user, "GET", `/models/compare?a=${modelId}&b=${modelId}`);
			await ask(user, "GET", `/subjects/${subjectId}/models`);
			await ask(user, "GET", "/sessions");
			await ask(user, "GET", "/consents/history");
			expect((await ask(user, "GET", "/me/export")).statusCode).toBe(200);
			await ask(user, "GET", "/research/measurements");
		}

		async function administration(user: TestUser, modelId: string): Promise<void> {
			const { database, cache } = environment.dependencies;
			let admin = await createTestUser(api);
			secrets.addUser(admin);
			await grantRole(database, admin.email, "admin");
			await cache.delete(`token-validity:${admin.userId}`);
			admin = await logIn(api, admin.email, admin.password);
			secrets.addUser(admin);
			await database.asSystem((tx) =>
				tx.updateTable("fitted_models").set({ review_state: "open" }).where("model_id", "=", modelId).execute(),
			);
			expect((await ask(admin, "GET", `/admin/users?search=${encodeURIComponent(user.email)}`)).statusCode).toBe(200);
			await ask(admin, "GET", "/admin/audit");
			await ask(admin, "GET", `/admin/audit?action=${encodeURIComponent(NAME)}`);
			await ask(admin, "GET", "/admin/audit/verify");
			await ask(admin, "GET", "/admin/review");
			const decided = await ask(admin, "POST", `/admin/review/${modelId}`, { decision: "rejected", note: NOTE });
			expect(decided.statusCode).toBe(200);
			await ask(admin, "POST", `/admin/review/${modelId}`, { decision: NOTE });
			await ask(admin, "GET", "/research/measurements?format=csv");
			await ask(admin, "PATCH", `/admin/users/${admin.userId}`, { role: "user" });
			await ask(admin, "PATCH", `/admin/users/${user.userId}`, { role: user.email });
		}

		/** Databases name the offending values in their errors. */
		async function brokenDatabase(user: TestUser): Promise<void> {
			const { database } = environment.dependencies;
			const failures = [
				sql`select ${NAME}::integer`,
				sql`select ${BIRTH}::integer`,
				sql`insert into subjects (user_id, name, gender) values (${user.userId}, ${NAME}, ${WRONG_PASSWORD})`,
			];
			for (const failure of failures) {
				const broken = await createApi({
					...environment.dependencies,
					database: {
						...database,
						asUser: (actor, work) =>
							database.asUser(actor, async (tx) => {
								await work(tx);
								await failure.execute(tx);
								throw new Error("unreachable");
							}),
					},
				});
				const payload = { name: NAME, date_of_birth: BIRTH };
				const answer = await broken.inject({ method: "POST", url: "/api/v1/subjects", headers: user.headers, payload });
				expect(answer.statusCode).toBe(500);
				expect(findSecrets(answer.body, secrets.all)).toEqual([]);
				await broken.close();
			}
		}

		async function leave(user: TestUser): Promise<void> {
			const { password } = user;
			expect(
				(await ask(user, "PUT", "/me/password", { current_password: password, new_password: NEW_PASSWORD })).statusCode,
			).toBe(204);
			const again = await logIn(api, user.email, NEW_PASSWORD);
			secrets.addUser({ ...again, password: NEW_PASSWORD });
			await ask(again, "POST", "/auth/logout", undefined, { cookie: again.cookie });
		}

		test("the requests were of every kind", () => {
			for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 412, 415]) {
				expect(statuses.get(status) ?? 0, `answers ${status}`).toBeGreaterThan(0);
			}
			expect(secrets.kinds()).toEqual(
				[
					"access token",
					"authorization",
					"birth date",
					"e-mail",
					"file name",
					"landmark",
					"measurement",
					"name",
					"password",
					"photo",
					"pose",
					"refresh token",
					"review note",
					"shape",
					"stated fact",
				].sort(),
			);
			expect(secrets.all.filter(({ kind }) => kind === "landmark").length).toBeGreaterThan(50);
		});

		test("the log holds none of it", () => {
			const log = environment.log();
			const lines = log.trim().split("\n");
			expect(lines.length).toBeGreaterThan(80);
			for (const route of ["/auth/login", "/subjects", "/fit", "/models/:model_id/export", "/me/export"]) {
				expect(log).toContain(`"route":"/api/v1${route}"`);
			}
			expect(log).toContain('"message":"request failed"');
			expect(findSecrets(log, secrets.all)).toEqual([]);
		});

		test("neither does what the process prints", () => {
			process.stderr.write("");
			expect(findSecrets(printed.join("\n"), secrets.all)).toEqual([]);
		});

		test("nor the audit log and the jobs", async () => {
			const rows = await environment.dependencies.database.asSystem(async (tx) => {
				const found: string[] = [];
				const { rows: tables } = await sql<{ name: string }>`select c.relname as name from pg_class c
					where c.relkind in ('r', 'p') and c.relnamespace = 'pgboss'::regnamespace`.execute(tx);
				expect(tables.length).toBeGreaterThan(1);
				for (const name of ["public.audit_log", ...tables.map((table) => `pgboss.${table.name}`)]) {
					const { rows } = await sql<{
						row: string;
					}>`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(tx);
					found.push(...rows.map(({ row }) => row));
				}
				return found;
			});
			expect(rows.length).toBeGreaterThan(30);
			// The chain's hashes and salts are random digits; numbers are not looked for in them.
			const text = rows.join("\n").replaceAll(/\\\\x[0-9a-f]{64}/g, "");
			expect(findSecrets(text, secrets.all)).toEqual([]);
		});

		test.skipIf(name === "embedded" || !hasRedisServer())("nor Redis, but for subjects in the cache", async () => {
			const client = new Redis(environment.config.redisUrl!);
			try {
				const keys: string[] = [];
				for (let cursor = "0"; ; ) {
					const [next, found] = await client.scan(cursor, "COUNT", 1000);
					keys.push(...found);
					cursor = next;
					if (next === "0") break;
				}
				expect(keys.length).toBeGreaterThan(3);
				expect(findSecrets(keys.join("\n"), secrets.all)).toEqual([]);
				const ofSubjects: string[] = [];
				const others: string[] = [];
				for (const key of keys) {
					if ((await client.type(key)) !== "string") continue;
					const value = (await client.getBuffer(key))?.toString("latin1") ?? "";
					(key.includes(":subject:") ? ofSubjects : others).push(value);
				}
				expect(findSecrets(others.join("\n"), secrets.all)).toEqual([]);
				// An hour at most, in the memory of a server that is as trusted as the database.
				const kinds = new Set(findSecrets(ofSubjects.join("\n"), secrets.all).map((found) => found.split(" (")[0]));
				expect([...kinds].filter((kind) => kind !== "name" && kind !== "birth date")).toEqual([]);
			} finally {
				client.disconnect();
			}
		});

		test("nor the data folder, outside of the database and the exports", async () => {
			const { dataDir } = environment.config;
			const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
			const photos = secrets.all.filter(({ kind }) => kind === "photo");
			let searched = 0;
			for (const entry of entries) {
				const path = join(entry.parentPath, entry.name);
				const place = relative(dataDir, path);
				const isStore = /^(database|exports|s3)(\/|$)/.test(place);
				if (!isStore) expect(findSecrets(place, secrets.all), place).toEqual([]);
				if (!entry.isFile()) continue;
				// Photos are nowhere at all.
				const content = (await readFile(path)).toString("latin1");
				expect(findSecrets(content, isStore ? photos : secrets.all), place).toEqual([]);
				searched++;
			}
			expect(searched).toBeGreaterThan(name === "embedded" ? 10 : 0);
			expect(await environment.dependencies.vault.list()).toEqual([]);
		});

		test("the search would find each of them", async () => {
			const planted: [kind: string, value: unknown][] = [
				["name", NAME],
				["birth date", BIRTH],
				["birth date", new Date(BIRTH)],
				["stated fact", STATURE_M],
				["stated fact", STATURE_M * 100],
				["stated fact", WEIGHT_KG],
				["stated fact", `${WAIST_M * 1000} mm`],
				["file name", FILE_NAME],
				["password", WRONG_PASSWORD],
				["review note", NOTE],
				["authorization", "Bearer eyJhbGciOi"],
			];
			for (const [kind, value] of planted) {
				for (const line of carelessly(value)) {
					const found = findSecrets(line, secrets.all);
					expect(
						found.map((each) => each.split(" (")[0]),
						`${kind} in ${line.slice(0, 20)}`,
					).toContain(kind);
				}
			}
			// Every secret in the forms of its own kind, amid other text.
			for (const secret of secrets.all) {
				expect(secret.forms.length, secret.kind).toBeGreaterThan(0);
				expect(findSecrets(`{"x":"${secret.forms[0]}","y":1}`, [secret])).not.toEqual([]);
			}
			const photo = await samplePhoto("woman-front");
			const photos = secrets.all.filter(({ kind }) => kind === "photo");
			for (const text of [
				`data:image/jpeg;base64,${photo.toString("base64")}`,
				Buffer.concat([Buffer.from("x"), photo]).toString("base64url"),
				photo.toString("hex"),
				photo.toString("latin1"),
				inspect(photo),
				JSON.stringify(photo.subarray(0, 100)),
				inspect(new Uint8Array(photo.subarray(0, 40))),
				JSON.stringify({ body: photo.toString("latin1") }),
			]) {
				expect(findSecrets(text, photos)).not.toEqual([]);
			}
			expect(findSecrets("the request took 12.4 ms", secrets.all)).toEqual([]);
		});
	});
}
