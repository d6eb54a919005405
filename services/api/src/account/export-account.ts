import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Actor, FittedModelRow, MeasurementRow } from "@anny-fitter/platform/database";
import { ZipArchive } from "archiver";
import type { FastifyBaseLogger } from "fastify";
import { SHOWN_USER_COLUMNS, toUserDocument } from "../auth/users.js";
import type { ApiDependencies } from "../dependencies.js";
import { SESSION_COLUMNS, sessionDocument } from "../fits/session-document.js";
import { toSubjectDocument } from "../subjects/subject-documents.js";
import { csvLine } from "./csv.js";

const README = `All data that this server has about you. Lengths are in metres, masses in kilograms, times in UTC.

account.json       your account
consents.json      every decision about the use of your data
subjects.json      the people you have entered
sessions.json      your fits and how they ended
models/            one result document per fitted body
measurements.csv   the measurements of all bodies
audit.json         what the server has noted about your account
`;
const MEASUREMENT_COLUMNS = [
	"model_id",
	"measurement_type",
	"value",
	"unit",
	"sigma",
	"interval90_low",
	"interval90_high",
	"confidence",
	"extracted_from",
	"created_at",
] as const satisfies readonly (keyof MeasurementRow)[];

/**
 * A zip file of all that a user has, without secrets, as a stream: models are read one after the other, so that memory
 * does not grow with their number. Everything is read under the user's own row-level security.
 */
export function exportAccount(dependencies: ApiDependencies, actor: Actor, log: FastifyBaseLogger): Readable {
	const archive = new ZipArchive({ zlib: { level: 6 } });
	const ended = new AbortController();
	archive.once("close", () => ended.abort());
	addEntries(dependencies, actor, async (name, text) => {
		const written = once(archive, "entry", ended);
		archive.append(text, { name });
		await written;
	})
		.then(() => archive.finalize())
		.catch((error: unknown) => {
			if (!archive.destroyed) log.error({ err: error }, "export of an account failed");
			archive.destroy(error instanceof Error ? error : new Error("export failed"));
		});
	return archive;
}

async function addEntries(
	{ database }: ApiDependencies,
	actor: Actor,
	append: (name: string, text: string) => Promise<void>,
): Promise<void> {
	const json = (value: unknown) => `${JSON.stringify(value, null, "\t")}\n`;
	await append("README.txt", README);
	const own = await database.readAsUser(actor, async (tx) => ({
		user: await tx
			.selectFrom("users")
			.select(SHOWN_USER_COLUMNS)
			.where("user_id", "=", actor.userId)
			.executeTakeFirstOrThrow(),
		consents: await tx
			.selectFrom("consents")
			.select(["purpose", "granted", "version", "created_at"])
			.orderBy("created_at")
			.execute(),
		subjects: await tx.selectFrom("subjects").selectAll().orderBy("created_at").execute(),
		sessions: await tx.selectFrom("sessions").select(SESSION_COLUMNS).orderBy("created_at").execute(),
		modelIds: await tx
			.selectFrom("fitted_models")
			.select("model_id")
			.where("user_id", "=", actor.userId)
			.orderBy("created_at")
			.execute(),
		audit: await tx
			.selectFrom("audit_log")
			.select(["timestamp", "action", "resource_type", "resource_id", "ip_address", "user_agent"])
			.where("user_id", "=", actor.userId)
			.orderBy("log_id")
			.execute(),
	}));
	await append("account.json", json(toUserDocument(own.user)));
	await append("consents.json", json(own.consents));
	await append("subjects.json", json(own.subjects.map(toSubjectDocument)));
	await append("sessions.json", json(own.sessions.map((session) => sessionDocument(session))));
	await append("audit.json", json(own.audit));
	const lines = [csvLine(MEASUREMENT_COLUMNS)];
	for (const { model_id } of own.modelIds) {
		const model = await database.readAsUser(actor, async (tx) => ({
			row: await tx.selectFrom("fitted_models").selectAll().where("model_id", "=", model_id).executeTakeFirst(),
			measurements: await tx
				.selectFrom("measurements")
				.selectAll()
				.where("model_id", "=", model_id)
				.orderBy("measurement_type")
				.execute(),
		}));
		// It may have been deleted while the file was being written.
		if (model.row === undefined) continue;
		await append(`models/${model_id}.json`, json(modelContent(model.row, model.measurements)));
		for (const row of model.measurements) lines.push(csvLine(MEASUREMENT_COLUMNS.map((column) => row[column])));
	}
	await append("measurements.csv", lines.join(""));
}

/** Everything that is stored about a body; the pose as twelve numbers per bone, row-major 3×4. */
function modelContent(row: FittedModelRow, measurements: readonly MeasurementRow[]): Record<string, unknown> {
	return {
		...row.document,
		model_id: row.model_id,
		subject_id: row.subject_id,
		session_id: row.session_id,
		created_at: row.created_at.toISOString(),
		phenotypes: row.phenotype_parameters,
		local_changes: row.local_changes,
		pose: poseOf(row),
		photo_count: row.num_images_used,
		processing_time_s: row.processing_time,
		expected_pve_mm: row.fitting_error,
		flagged_for_review: row.flagged_for_review,
		review_state: row.review_state,
		measurements: measurements.map(({ measurement_id: _id, model_id: _model, user_id: _user, ...rest }) => rest),
	};
}

function poseOf({ pose_bones, pose_parameters }: FittedModelRow): Record<string, number[]> {
	if (pose_parameters === null) return {};
	const numbers = Array.from({ length: Math.floor(pose_parameters.length / 8) }, (_, index) =>
		pose_parameters.readDoubleLE(index * 8),
	);
	return Object.fromEntries(pose_bones.map((bone, index) => [bone, numbers.slice(index * 12, index * 12 + 12)]));
}
