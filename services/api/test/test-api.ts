import { randomBytes } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { createApi } from "@anny-fitter/api";
import { createRouterTransport } from "@connectrpc/connect";
import {
	type EnvironmentName,
	openTestEnvironment,
	type TestApi,
	type TestEnvironment,
	type TestEnvironmentOptions,
	type TestUser,
} from "./test-environment.js";

export interface OpenedTestApi extends TestEnvironment {
	readonly api: TestApi;
}

/** Services that answer nothing: what these tests ask needs none. */
export function absentServices() {
	const transport = createRouterTransport(() => undefined);
	return { vision: transport, fitting: transport, visualization: transport };
}

/** The API in an environment of its own, without the services that look at photos and fit bodies. */
export async function openTestApi(name: EnvironmentName, options: TestEnvironmentOptions = {}): Promise<OpenedTestApi> {
	const environment = await openTestEnvironment(name, { services: absentServices(), ...options });
	const api = await createApi(environment.dependencies);
	await api.ready();
	return {
		...environment,
		api,
		close: async () => {
			await api.close();
			await environment.close();
		},
	};
}

/** Stores a fitted body as a worker would, with a date of birth and a file name in its document. */
export async function insertModel(
	{ dependencies }: TestEnvironment,
	user: Pick<TestUser, "userId">,
	subjectId: string,
	options: { readonly flagged?: boolean; readonly waist_m?: number; readonly basedOn?: string } = {},
): Promise<string> {
	const { flagged = false, waist_m = 0.8, basedOn } = options;
	return dependencies.database.asSystem(async (tx) => {
		const { model_id } = await tx
			.insertInto("fitted_models")
			.values({
				user_id: user.userId,
				subject_id: subjectId,
				phenotype_parameters: JSON.stringify({ age: 0.6 }),
				local_changes: JSON.stringify({ "waist-circumference": 0.1 }),
				pose_bones: JSON.stringify(["root"]),
				pose_parameters: Buffer.from(new Float64Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]).buffer),
				fitting_error: 9.5,
				num_images_used: 1,
				document: JSON.stringify({
					stated: { date_of_birth: "1990-04-23", stature_m: 1.7 },
					views: [{ photo: "ada-lovelace.jpg" }],
					...(basedOn === undefined ? {} : { based_on_model_id: basedOn }),
					quality: { flags: flagged ? [{ code: "arms_hidden", message: "Arms are hidden." }] : [] },
				}),
				flagged_for_review: flagged,
				review_state: flagged ? "open" : "none",
			})
			.returning("model_id")
			.executeTakeFirstOrThrow();
		await tx
			.insertInto("measurements")
			.values({
				model_id,
				user_id: user.userId,
				measurement_type: "waist_girth",
				value: waist_m,
				unit: "meters",
				sigma: 0.01,
				extracted_from: "model",
				detail: "{}",
			})
			.execute();
		return model_id;
	});
}

/** A user's fit that waits, with a photo in the vault. */
export async function insertOpenFit(
	{ dependencies }: TestEnvironment,
	user: Pick<TestUser, "userId">,
	subjectId: string | null,
): Promise<string> {
	const sessionId = await dependencies.database.asSystem(async (tx) => {
		const row = await tx
			.insertInto("sessions")
			.values({
				user_id: user.userId,
				subject_id: subjectId,
				status: "queued",
				request: JSON.stringify({ photo_count: 1, views: [null], stated: { stature_m: 1.7 } }),
				expires_at: new Date(Date.now() + 600_000),
			})
			.returning("session_id")
			.executeTakeFirstOrThrow();
		return row.session_id;
	});
	async function* photo() {
		yield randomBytes(1000);
	}
	await dependencies.vault.store(sessionId, 0, photo(), { maxSize_bytes: 10_000 });
	return sessionId;
}

/** Gives a role, as `anny-fitter users grant` does; the user must log in again. */
export { grantRole } from "@anny-fitter/api";

/** The files of a zip archive, by name. */
export function unzip(archive: Buffer): Map<string, string> {
	const files = new Map<string, string>();
	const end = archive.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
	let at = archive.readUInt32LE(end + 16);
	for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
		const [method, size, nameLength] = [
			archive.readUInt16LE(at + 10),
			archive.readUInt32LE(at + 20),
			archive.readUInt16LE(at + 28),
		];
		const local = archive.readUInt32LE(at + 42);
		const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
		const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
		const packed = archive.subarray(start, start + size);
		files.set(name, (method === 0 ? packed : inflateRawSync(packed)).toString("utf8"));
		at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
	}
	return files;
}
