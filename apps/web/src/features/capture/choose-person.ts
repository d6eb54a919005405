import i18next from "i18next";
import { modelQuery, queryClient, subjectModelsQuery, subjectQuery } from "../../api/queries.js";
import { NO_DRAFT } from "./draft.js";
import { changeDraft, startDraft, useDraft } from "./draft-store.js";
import { NO_FACTS } from "./facts.js";
import { knownFacts } from "./prefill.js";
import { randomId } from "./random-id.js";
import { SAMPLE_PEOPLE, type SampleName } from "./sample-people.js";

/** Chooses who is measured and fills in what is known of them; photos stay. @throws ProblemError */
export async function choosePerson(subject_id: string | null): Promise<void> {
	changeDraft(() => ({ subject_id, name: "", facts: NO_FACTS, sample: null }));
	if (subject_id === null) return;
	const [subject, page] = await Promise.all([
		queryClient.fetchQuery(subjectQuery(subject_id)),
		queryClient.fetchQuery(subjectModelsQuery(subject_id, { limit: 1 })),
	]);
	const newest = page.models[0];
	const last = newest === undefined ? null : await queryClient.fetchQuery(modelQuery(newest.model_id));
	const { draft } = useDraft.getState();
	// Somebody else was chosen meanwhile, or facts were typed.
	if (draft.subject_id !== subject_id || draft.facts !== NO_FACTS) return;
	const created_at = newest?.created_at ?? "";
	const facts = knownFacts(subject, last === null ? null : { stated: last.stated, created_at }, new Date());
	changeDraft(() => ({ facts }));
}

/** Fills in a sample person, photos included. @throws when the photos cannot be loaded */
export async function chooseSample(sample: SampleName, signal: AbortSignal): Promise<void> {
	const { facts, photos } = SAMPLE_PEOPLE[sample];
	startDraft({ ...NO_DRAFT, name: i18next.t(`capture:sample.name.${sample}`), facts, sample });
	const files = await Promise.all(
		photos.map(async (address) => {
			const response = await fetch(address, { signal });
			if (!response.ok) throw new Error(`The sample photo ${address} cannot be loaded.`);
			return response.blob();
		}),
	);
	if (useDraft.getState().draft.sample !== sample) return;
	changeDraft(() => ({
		photos: files.map((file, at) => ({
			id: randomId(),
			file,
			name: `${sample}-${at === 0 ? "front" : "side"}.jpg`,
			label: at === 0 ? "front" : "side",
			labelFrom: "person",
			concern: null,
		})),
	}));
}
