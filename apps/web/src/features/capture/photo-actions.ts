import { useAuth } from "../../auth/auth-store.js";
import type { ViewLabel } from "../../pose/pose-types.js";
import { addPhotos, notePhoto, refusedPhoto, replacePhoto } from "./draft.js";
import { changeDraft, useDraft } from "./draft-store.js";
import { inspectPhoto } from "./inspect-photo.js";
import { checkFile, type FileProblem } from "./photo-files.js";
import { randomId } from "./random-id.js";

/** A file that was not taken. */
export interface RefusedFile {
	readonly name: string;
	readonly problem: FileProblem;
}

const DEFAULT_LIMITS = { max_photos: 8, max_photo_size_bytes: 20_000_000 };

/** What the server takes. */
export function photoLimits(): { readonly max_photos: number; readonly max_photo_size_bytes: number } {
	return useAuth.getState().app ?? DEFAULT_LIMITS;
}

/** Takes files into the draft, refused photos' places first; what can be seen in them is noted as soon as it is known. @returns those that were refused */
export async function takeFiles(files: Iterable<File>): Promise<RefusedFile[]> {
	const refused: RefusedFile[] = [];
	for (const file of files) {
		const { photos } = useDraft.getState().draft;
		const worse = refusedPhoto(photos);
		if (worse !== null) {
			const problem = await exchangePhoto(worse.id, file);
			if (problem !== null) refused.push(problem);
			continue;
		}
		const isTwice = photos.some((photo) => photo.name === file.name && photo.file.size === file.size);
		const problem = isTwice ? "twice" : await checkFile(file, photos.length, photoLimits());
		if (problem === null) takePhoto(file, file.name);
		else refused.push({ name: file.name, problem });
	}
	return refused;
}

/** Takes one photo that is known to be one; of a refused photo of the same view it takes the place. */
export function takePhoto(file: Blob, name: string, label?: ViewLabel): void {
	const id = randomId();
	changeDraft(({ photos }) => {
		const worse = refusedPhoto(photos, label);
		if (worse !== null && label !== undefined) {
			return { photos: replacePhoto(photos, worse.id, { id, file, name }), sample: null };
		}
		return { photos: addPhotos(photos, [{ id, file, name, ...(label === undefined ? {} : { label }) }]), sample: null };
	});
	void note(id, file);
}

/** Puts another file in a photo's place. @returns why it was refused */
export async function exchangePhoto(id: string, file: File): Promise<RefusedFile | null> {
	const problem = await checkFile(file, 0, photoLimits());
	if (problem !== null) return { name: file.name, problem };
	const next = randomId();
	changeDraft(({ photos }) => ({
		photos: replacePhoto(photos, id, { id: next, file, name: file.name }),
		sample: null,
	}));
	void note(next, file);
	return null;
}

async function note(id: string, file: Blob): Promise<void> {
	const findings = await inspectPhoto(file);
	if (findings !== null) changeDraft(({ photos }) => ({ photos: notePhoto(photos, id, findings) }));
}
