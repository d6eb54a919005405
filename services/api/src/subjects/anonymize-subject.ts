import { AppError } from "@anny-fitter/contracts";
import type { Database, SubjectRow, Tx } from "@anny-fitter/platform/database";

export interface AnonymizedSubject {
	readonly row: SubjectRow;
	/** Files of the object store that show what was removed; to be deleted after the commit. */
	readonly objectKeys: readonly string[];
}

/**
 * Removes for good what tells who a subject is: the name, day and month of birth (the year stays, since bodies change
 * with age), what its fits were asked, and in its results the date of birth, the photos' file names and the names of models.
 *
 * @param tx transaction of the user that owns the subject
 * @throws AppError `conflict` while a fit of the subject waits or runs, since it still needs what would be removed
 */
export async function anonymizeSubject(
	database: Database,
	tx: Tx,
	subject: SubjectRow,
	now: Date,
): Promise<AnonymizedSubject> {
	const { subject_id, user_id } = subject;
	const running = await tx
		.selectFrom("sessions")
		.select("session_id")
		.where("subject_id", "=", subject_id)
		.where("status", "in", ["queued", "active"])
		.executeTakeFirst();
	if (running !== undefined) {
		throw new AppError("conflict", "A fit of this subject is not finished.", {
			remedy: "Wait for it or cancel it, then anonymise the subject.",
		});
	}
	const year = subject.date_of_birth?.slice(0, 4);
	const changed = await tx
		.updateTable("subjects")
		.set({
			name: null,
			date_of_birth: year === undefined ? null : `${year}-01-01`,
			anonymized: true,
			updated_at: now,
		})
		.where("subject_id", "=", subject_id)
		.returningAll()
		.executeTakeFirstOrThrow();
	await tx.updateTable("sessions").set({ request: "{}" }).where("subject_id", "=", subject_id).execute();
	const models = await tx
		.selectFrom("fitted_models")
		.select(["model_id", "document", "created_at"])
		.where("subject_id", "=", subject_id)
		.execute();
	// Users may not write results, so the system does; the ids were read under the user's own policies.
	await database.elevate(tx, async () => {
		for (const model of models) {
			await tx
				.updateTable("fitted_models")
				.set({ document: JSON.stringify(withoutIdentity(model.document, model.created_at)) })
				.where("model_id", "=", model.model_id)
				.where("user_id", "=", user_id)
				.execute();
			await renamePhotos(tx, model.model_id, photoNames(model.document));
		}
	});
	const exports =
		models.length === 0
			? []
			: await tx
					.deleteFrom("exports")
					.where(
						"model_id",
						"in",
						models.map((model) => model.model_id),
					)
					.returning("object_key")
					.execute();
	return { row: changed, objectKeys: exports.map((row) => row.object_key) };
}

function photoNames(document: Record<string, unknown>): string[] {
	const { views } = document as { views?: { photo?: unknown }[] };
	return Array.isArray(views) ? views.map(({ photo }) => String(photo)) : [];
}

/**
 * Names the photos of what they themselves show by their numbers.
 *
 * @param names file names in the order of the photos
 */
async function renamePhotos(tx: Tx, modelId: string, names: readonly string[]): Promise<void> {
	const rows = await tx
		.selectFrom("measurements")
		.select(["measurement_id", "detail"])
		.where("model_id", "=", modelId)
		.where("extracted_from", "=", "image")
		.orderBy("measurement_type")
		.execute();
	const known = [...names];
	for (const { measurement_id, detail } of rows) {
		const { views = [] } = detail as { views?: { photo: string }[] };
		const renamed = views.map((view) => {
			if (!known.includes(view.photo)) known.push(view.photo);
			return { ...view, photo: `photo-${known.indexOf(view.photo) + 1}` };
		});
		await tx
			.updateTable("measurements")
			.set({ detail: JSON.stringify({ ...detail, views: renamed }) })
			.where("measurement_id", "=", measurement_id)
			.execute();
	}
}

/** A result document whose date of birth became the age at the fit, and whose photos are named by their numbers. */
function withoutIdentity(document: Record<string, unknown>, fittedAt: Date): Record<string, unknown> {
	// A model's name may be a person's.
	const { name: _, ...nameless } = document;
	const { stated, views } = document as { stated?: Record<string, unknown>; views?: Record<string, unknown>[] };
	const { date_of_birth, ...facts } = stated ?? {};
	if (typeof date_of_birth === "string" && facts.age_years === undefined) {
		facts.age_years = fullYears(date_of_birth, fittedAt);
	}
	return {
		...nameless,
		...(stated === undefined ? {} : { stated: facts }),
		...(Array.isArray(views) ? { views: views.map((view, index) => ({ ...view, photo: `photo-${index + 1}` })) } : {}),
	};
}

function fullYears(date: string, at: Date): number {
	const years = at.getUTCFullYear() - Number(date.slice(0, 4));
	return Math.max(0, at.toISOString().slice(5, 10) < date.slice(5, 10) ? years - 1 : years);
}
