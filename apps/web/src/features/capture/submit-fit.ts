import { answer, api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import { onAccess } from "../../auth/access.js";
import { useAuth } from "../../auth/auth-store.js";
import { keepPhotos } from "../../photos/photo-store.js";
import { type Draft, fingerprintOf, fitFields } from "./draft.js";
import { sentDraft } from "./draft-store.js";
import { randomId } from "./random-id.js";
import { uploadFit } from "./upload.js";
import { rememberUpload } from "./upload-time.js";

/** A draft on its way: kept between tries, so that what went through once is not done twice. */
interface Attempt {
	readonly fingerprint: string;
	readonly idempotencyKey: string;
	/** The new person, once made. */
	subject_id: string | null;
}

let attempt: Attempt | null = null;

// Nothing of one person is left for the next.
onAccess((tokens) => {
	if (tokens === null) attempt = null;
});

/**
 * Starts the fit of a draft: makes the person where they have a name, and sends facts and photos.
 *
 * @returns id of the fit's session
 * @throws ProblemError
 * @throws DOMException `AbortError`
 */
export async function submitFit(
	draft: Draft,
	{ signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<string> {
	const fingerprint = fingerprintOf(draft);
	if (attempt?.fingerprint !== fingerprint) {
		attempt = { fingerprint, idempotencyKey: randomId(), subject_id: null };
	}
	attempt.subject_id ??= draft.subject_id ?? (draft.name.trim() === "" ? null : await createSubject(draft));
	const form = new FormData();
	for (const [name, value] of Object.entries(fitFields(draft, attempt.subject_id))) form.append(name, value);
	for (const { file, name } of draft.photos) form.append("photos", file, name);
	const start = performance.now();
	const { session_id } = await uploadFit(form, { idempotencyKey: attempt.idempotencyKey, signal, onProgress });
	attempt = null;
	rememberUpload(session_id, performance.now() - start);
	keepPhotos(session_id, draft.photos);
	sentDraft(session_id);
	void queryClient.invalidateQueries({ queryKey: ["subjects"] });
	void queryClient.invalidateQueries({ queryKey: ["sessions"] });
	return session_id;
}

async function createSubject({ name, facts }: Draft): Promise<string> {
	const { subject_id } = await answer(
		api.POST("/api/v1/subjects", {
			body: {
				name: name.trim(),
				...(facts.ageBy === "birth" && facts.date_of_birth !== "" ? { date_of_birth: facts.date_of_birth } : {}),
				...(facts.sex === "unspecified" ? {} : { gender: facts.sex }),
			},
		}),
	);
	return subject_id;
}

/** Writes down that photos may be processed, under the text that was shown. @throws ProblemError */
export async function giveConsent(): Promise<void> {
	const version = useAuth.getState().app?.consent_version;
	await api.PUT("/api/v1/consents", {
		body: { photo_processing: true, ...(version === undefined ? {} : { version }) },
	});
	await queryClient.invalidateQueries({ queryKey: ["consents"] });
}
