import { randomUUID } from "node:crypto";
import type { Actor, Database, Tx } from "@anny-fitter/platform/database";

/** One user with a row in every table. */
export interface Person {
	readonly actor: Actor;
	readonly userId: string;
	readonly subjectId: string;
	readonly sessionId: string;
	readonly modelId: string;
}

export async function createUser(database: Database, role: Actor["role"] = "user"): Promise<Actor> {
	const { user_id } = await database.asSystem(
		async (tx) =>
			await tx
				.insertInto("users")
				.values({ email: `${randomUUID()}@example.org`, password_hash: "hash", role })
				.returning("user_id")
				.executeTakeFirstOrThrow(),
	);
	return { userId: user_id, role };
}

export async function createPerson(database: Database): Promise<Person> {
	const actor = await createUser(database);
	const userId = actor.userId;
	return await database.asSystem(async (tx) => {
		const { subject_id: subjectId } = await tx
			.insertInto("subjects")
			.values({ user_id: userId, name: "Someone", date_of_birth: "1984-05-06", gender: "female" })
			.returning("subject_id")
			.executeTakeFirstOrThrow();
		const { session_id: sessionId } = await tx
			.insertInto("sessions")
			.values({ user_id: userId, subject_id: subjectId, expires_at: later(), request: "{}" })
			.returning("session_id")
			.executeTakeFirstOrThrow();
		const modelId = await addModel(tx, { userId, subjectId, sessionId });
		await tx.updateTable("sessions").set({ model_id: modelId }).where("session_id", "=", sessionId).execute();
		await tx
			.insertInto("consents")
			.values({ user_id: userId, purpose: "photo_processing", granted: true, version: "1" })
			.execute();
		await tx
			.insertInto("refresh_tokens")
			.values({
				user_id: userId,
				family_id: randomUUID(),
				token_hash: Buffer.from(randomUUID()),
				expires_at: later(),
			})
			.execute();
		await tx
			.insertInto("idempotency_keys")
			.values({
				user_id: userId,
				key: "key",
				fingerprint: Buffer.from("f"),
				session_id: sessionId,
				expires_at: later(),
			})
			.execute();
		await tx
			.insertInto("exports")
			.values({
				user_id: userId,
				model_id: modelId,
				format: "glb",
				object_key: randomUUID(),
				size_bytes: 1,
				expires_at: later(),
			})
			.execute();
		await tx.insertInto("audit_log").values({ user_id: userId, action: "test", ip_address: "192.0.2.1" }).execute();
		return { actor, userId, subjectId, sessionId, modelId };
	});
}

export async function addModel(
	tx: Tx,
	ids: { readonly userId: string; readonly subjectId: string; readonly sessionId: string | null },
): Promise<string> {
	const { model_id } = await tx
		.insertInto("fitted_models")
		.values({
			user_id: ids.userId,
			subject_id: ids.subjectId,
			session_id: ids.sessionId,
			phenotype_parameters: "{}",
			pose_bones: "[]",
			local_changes: "{}",
			document: "{}",
			num_images_used: 1,
		})
		.returning("model_id")
		.executeTakeFirstOrThrow();
	await tx
		.insertInto("measurements")
		.values({
			model_id,
			user_id: ids.userId,
			measurement_type: "stature",
			value: 1.7,
			unit: "meters",
			extracted_from: "model",
			detail: "{}",
		})
		.execute();
	return model_id;
}

export function later(): Date {
	return new Date(Date.now() + 3_600_000);
}

/** SQLSTATE (or code) with which a promise is rejected; `none` when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return "none";
	} catch (error) {
		return String((error as { code?: unknown }).code ?? error);
	}
}
