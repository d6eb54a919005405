import { create } from "zustand";

/** A photo as the person gave it. It stays in this browser's memory and goes with the tab. */
export interface KeptPhoto {
	readonly file: Blob;
	readonly name: string;
}

interface PhotoState {
	/** By id of the fit's session. */
	readonly bySession: Readonly<Record<string, readonly KeptPhoto[]>>;
}

/** Photos of fits that were started in this tab, in the order of the result's views, to draw the body over them. */
export const usePhotos = create<PhotoState>(() => ({ bySession: {} }));

/** Keeps the photos of a fit that was just started, in the order in which they were sent. */
export function keepPhotos(session_id: string, photos: readonly KeptPhoto[]): void {
	usePhotos.setState(({ bySession }) => ({ bySession: { ...bySession, [session_id]: photos } }));
}

/** Drops all photos, as when a person signs out. */
export function forgetPhotos(): void {
	usePhotos.setState({ bySession: {} });
}
