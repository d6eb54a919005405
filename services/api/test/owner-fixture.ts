import { randomBytes, randomUUID } from "node:crypto";
import { startFitWorker } from "@anny-fitter/api";
import { sql } from "kysely";
import { postFit, waitForSession } from "./fit-helpers.js";
import { photoLike, type Target } from "./route-cases.js";
import { createTestUser, type TestApi, type TestEnvironment, type TestUser } from "./test-environment.js";

/** Somebody who has one of everything, made through the API. */
export interface Owner extends Target {
	readonly user: TestUser;
	/** Of the waiting fit, in the vault. */
	readonly photo: Buffer;
	/** Whatever of theirs would show in an answer that shows too much. */
	readonly traces: readonly string[];
}

export const OWNERS_FACTS = { stature_m: "1.71" } as const;
export const OWNERS_MARKER = "mine";

/** @param environment whose vision service cannot be reached, so that the fits end with the body that facts let expect */
export async function createOwner(environment: TestEnvironment, api: TestApi): Promise<Owner> {
	const { database } = environment.dependencies;
	const user = await createTestUser(api);
	const ask = async (method: "GET" | "POST" | "PUT", url: string, payload?: object) => {
		const answer = await api.inject({
			method,
			url: `/api/v1${url}`,
			headers: user.headers,
			...(payload && { payload }),
		});
		if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
		return answer;
	};
	await ask("PUT", "/consents", { research_use: true });
	const name = `Ada ${randomBytes(8).toString("hex")}`;
	const subject = (await ask("POST", "/subjects", { name, date_of_birth: "1984-05-06", gender: "female" })).json();
	const subjectId: string = subject.subject_id;

	const worker = await startFitWorker(environment.dependencies);
	const modelIds: string[] = [];
	for (const marker of ["first", "second"]) {
		const accepted = await postFit(api, user, [
			["subject_id", subjectId],
			["stature_m", "1.71"],
			["photos", photoLike(marker), "ada.jpg"],
		]);
		const session = await waitForSession(api, user, accepted.json().session_id);
		if (session.model_id === null) throw new Error(`fit: ${JSON.stringify(session)}`);
		modelIds.push(session.model_id);
	}
	// From here on fits wait, and nothing changes by itself.
	await worker.stop();
	const [modelId, flaggedModelId] = modelIds as [string, string];
	// What a fit with readable photos would have said.
	await database.asSystem((tx) =>
		tx
			.updateTable("fitted_models")
			.set({ flagged_for_review: false, review_state: "none" })
			.where("model_id", "=", modelId)
			.execute(),
	);

	const idempotencyKey = randomUUID();
	const photo = photoLike(OWNERS_MARKER);
	const waiting = await postFit(api, user, [...Object.entries(OWNERS_FACTS), ["photos", photo, "photo.jpg"] as const], {
		"idempotency-key": idempotencyKey,
	});
	const sessionId: string = waiting.json().session_id;

	// Reads warm every cache, make the exports and give the tags.
	const tags: string[] = [];
	for (const url of [
		`/subjects/${subjectId}`,
		`/subjects/${subjectId}/models`,
		"/subjects?limit=100",
		`/sessions/${sessionId}`,
		"/sessions?limit=100",
		`/models/${modelId}`,
		`/models/${flaggedModelId}`,
		`/models/${modelId}/measurements`,
		`/models/${flaggedModelId}/measurements?format=csv`,
		`/models/${modelId}/mesh`,
		`/models/${flaggedModelId}/mesh?format=glb`,
		`/models/${modelId}/export?format=json`,
		`/models/${modelId}/export?format=csv`,
		`/models/${flaggedModelId}/export?format=json`,
		"/consents",
	]) {
		const { etag } = (await ask("GET", url)).headers;
		if (etag !== undefined) tags.push(String(etag));
	}
	const { rows: others } = await database.asSystem((tx) =>
		sql<{ id: string }>`select measurement_id::text as id from measurements where user_id = ${user.userId}
			union all select export_id::text from exports where user_id = ${user.userId}
			union all select consent_id::text from consents where user_id = ${user.userId}
			union all select session_id::text from sessions where user_id = ${user.userId}
			union all select subject_id::text from subjects where user_id = ${user.userId}`.execute(tx),
	);
	return {
		user,
		photo,
		userId: user.userId,
		email: user.email,
		password: user.password,
		name,
		subjectId,
		sessionId,
		modelId,
		flaggedModelId,
		idempotencyKey,
		etag: tags.join(", "),
		traces: [
			user.userId,
			user.email,
			user.password,
			user.token,
			user.cookie.split("=")[1] as string,
			name,
			"1984-05-06",
			modelId,
			flaggedModelId,
			idempotencyKey,
			...others.map((row) => row.id),
			...tags,
		],
	};
}

/** The like of an owner of whom nothing exists; every value has the same length. */
export function madeUp(owner: Target): Target {
	const id = randomUUID;
	return {
		userId: id(),
		email: `user-${id()}@example.org`,
		password: `pass-${id()}`,
		name: `Ada ${randomBytes(8).toString("hex")}`,
		subjectId: id(),
		sessionId: id(),
		modelId: id(),
		flaggedModelId: id(),
		idempotencyKey: id(),
		etag: owner.etag
			.split(", ")
			.map(
				(tag) =>
					`"${randomBytes(30)
						.toString("base64url")
						.slice(0, tag.length - 2)}"`,
			)
			.join(", "),
	};
}

/** Everything of an owner that is stored anywhere, down to the last bit. */
export async function everythingOf({ dependencies }: TestEnvironment, owner: Owner): Promise<Record<string, unknown>> {
	const { database, vault, objects } = dependencies;
	const rows = await database.asSystem(async (tx) => {
		const { rows: tables } = await sql<{ name: string }>`
			select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
				and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id') order by 1`.execute(
			tx,
		);
		const found: Record<string, string[]> = {};
		for (const { name } of tables) {
			// Somebody else's wrong log-ins are noted in the owner's log, for the owner to see.
			const kept = name === "audit_log" ? sql`and action <> 'login_failed'` : sql``;
			const { rows } = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(name)} t
				where user_id = ${owner.userId} ${kept} order by 1`.execute(tx);
			found[name] = rows.map(({ row }) => row);
		}
		const jobs = await sql<{ row: string }>`select to_jsonb(j)::text as row from pgboss.job j
			where data ->> 'sessionId' = ${owner.sessionId}`.execute(tx);
		return { ...found, jobs: jobs.rows.map(({ row }) => row) };
	});
	const files: Record<string, string> = {};
	for await (const { key } of objects.list(`exports/${owner.userId}/`)) {
		const object = await objects.get(key);
		const pieces: Buffer[] = [];
		for await (const piece of object?.stream ?? []) pieces.push(piece as Buffer);
		files[key] = Buffer.concat(pieces).toString("base64");
	}
	const photo = await vault.load(owner.sessionId, 0);
	return { ...rows, files, photo: photo.toString("base64") };
}
