import type { KeptPhoto } from "../../photos/photo-store.js";
import type { ViewLabel } from "../../pose/pose-types.js";
import { type Facts, factFields, NO_FACTS } from "./facts.js";
import type { SampleName } from "./sample-people.js";

/** A photo that is not sent yet. */
export interface DraftPhoto extends KeptPhoto {
	readonly id: string;
	/** Null: the server finds out. */
	readonly label: ViewLabel | null;
	/** Where the label comes from: what a person chose stays, what the order of the photos suggests gives way. */
	readonly labelFrom: "person" | "browser" | "order";
	/** What the browser saw, or the server refused: a code of the error table or of {@link PhotoConcern}. */
	readonly concern: PhotoConcern | null;
}

/** What is doubtful or wrong about a photo. Refused ones cannot be sent again. */
export interface PhotoConcern {
	readonly code: string;
	readonly isRefused: boolean;
}

/** Everything that is told before a fit starts. It stays in the tab's memory. */
export interface Draft {
	/** The person who is measured; null for a new one. */
	readonly subject_id: string | null;
	/** Of a new person; may be empty. */
	readonly name: string;
	readonly facts: Facts;
	readonly photos: readonly DraftPhoto[];
	/** The sample person that filled this in. */
	readonly sample: SampleName | null;
}

/** Where everybody begins. */
export const NO_DRAFT: Draft = { subject_id: null, name: "", facts: NO_FACTS, photos: [], sample: null };

const GUIDED_VIEWS: readonly ViewLabel[] = ["front", "side", "back", "three-quarter"];

/** Which view to take next: front, side, then what is missing. Photos that were refused do not count. */
export function nextView(photos: readonly DraftPhoto[]): ViewLabel {
	return GUIDED_VIEWS.find((view) => isMissing(photos, view)) ?? "three-quarter";
}

/** Whether no usable photo shows a view. */
function isMissing(photos: readonly DraftPhoto[], view: ViewLabel): boolean {
	return !photos.some(({ label, concern }) => label === view && !concern?.isRefused);
}

/**
 * The photo that a new one takes the place of: one that was refused, of the same view where that is known.
 *
 * @param view of the new photo; undefined when it is not known
 */
export function refusedPhoto(photos: readonly DraftPhoto[], view?: ViewLabel): DraftPhoto | null {
	const refused = photos.filter(({ concern }) => concern?.isRefused);
	return refused.find(({ label }) => view === undefined || label === view || label === null) ?? null;
}

/** Appends photos; those without a label get the view that is expected next, as the first is a front view mostly. */
export function addPhotos(
	photos: readonly DraftPhoto[],
	added: readonly { readonly id: string; readonly file: Blob; readonly name: string; readonly label?: ViewLabel }[],
): DraftPhoto[] {
	const all = [...photos];
	for (const { id, file, name, label } of added) {
		const suggested = all.length < 2 ? nextView(all) : null;
		all.push({
			id,
			file,
			name,
			label: label ?? suggested,
			labelFrom: label === undefined ? "order" : "person",
			concern: null,
		});
	}
	return all;
}

/** All photos but one. */
export function removePhoto(photos: readonly DraftPhoto[], id: string): DraftPhoto[] {
	return photos.filter((photo) => photo.id !== id);
}

/** Puts a photo back where it was. */
export function restorePhoto(photos: readonly DraftPhoto[], photo: DraftPhoto, position: number): DraftPhoto[] {
	if (photos.some(({ id }) => id === photo.id)) return [...photos];
	return photos.toSpliced(Math.min(position, photos.length), 0, photo);
}

/** Moves a photo by some places; at the ends it stays. */
export function movePhoto(photos: readonly DraftPhoto[], id: string, by: number): DraftPhoto[] {
	const from = photos.findIndex((photo) => photo.id === id);
	const to = Math.max(0, Math.min(photos.length - 1, from + by));
	const photo = photos[from];
	if (photo === undefined || from === to) return [...photos];
	return photos.toSpliced(from, 1).toSpliced(to, 0, photo);
}

/** Another file in the place and with the label of a photo. */
export function replacePhoto(
	photos: readonly DraftPhoto[],
	id: string,
	by: { readonly id: string; readonly file: Blob; readonly name: string },
): DraftPhoto[] {
	return photos.map((photo) => (photo.id === id ? { ...photo, ...by, concern: null } : photo));
}

/** A label that a person chose. */
export function labelPhoto(photos: readonly DraftPhoto[], id: string, label: ViewLabel | null): DraftPhoto[] {
	return photos.map((photo) => (photo.id === id ? { ...photo, label, labelFrom: "person" } : photo));
}

/** What the browser saw in a photo; a chosen label stays, and no other photo goes on claiming the same view by its place alone. */
export function notePhoto(
	photos: readonly DraftPhoto[],
	id: string,
	seen: { readonly label: ViewLabel | null; readonly concern: string | null },
): DraftPhoto[] {
	return photos.map((photo) => {
		if (photo.id !== id) {
			const isClaimOnly = photo.labelFrom === "order" && photo.label === seen.label;
			return isClaimOnly ? { ...photo, label: null } : photo;
		}
		const isSeen = photo.labelFrom !== "person" && seen.label !== null;
		const labelled = isSeen ? { ...photo, label: seen.label, labelFrom: "browser" as const } : photo;
		if (photo.concern?.isRefused) return labelled;
		return { ...labelled, concern: seen.concern === null ? null : { code: seen.concern, isRefused: false } };
	});
}

/**
 * Marks the photo that a fit failed for. The server names it in its sentence, such as "photo 2: …"; of a single photo it
 * needs no name.
 */
export function refusePhoto(photos: readonly DraftPhoto[], code: string, detail: string): DraftPhoto[] {
	const named = /\bphoto (\d+)\b/i.exec(detail);
	const position = named !== null ? Number(named[1]) - 1 : photos.length === 1 ? 0 : -1;
	return photos.map((photo, at) => (at === position ? { ...photo, concern: { code, isRefused: true } } : photo));
}

/** Text fields of POST /fit. */
export function fitFields(draft: Draft, subject_id: string | null): Record<string, string> {
	return {
		...(subject_id === null ? {} : { subject_id }),
		views: JSON.stringify(draft.photos.map(({ label }) => label)),
		...factFields(draft.facts),
	};
}

/** Equal for drafts that ask for the same fit, so that a repeated request can be recognised as one. */
export function fingerprintOf(draft: Draft): string {
	return JSON.stringify([
		draft.subject_id,
		draft.name,
		factFields(draft.facts),
		draft.photos.map(({ id, label }) => [id, label]),
	]);
}
