import { useCallback, useEffect, useRef, useState } from "react";
import type { ViewDocument } from "../../../api/types.js";
import type { KeptPhoto } from "../../../photos/photo-store.js";
import { decodeViewPhoto, PhotoMismatchError } from "./decode-view-photo.js";

export interface ViewPhotos {
	/** The decoded photo of the view that is shown. */
	readonly picture: ImageBitmap | null;
	readonly problem: PhotoMismatchError["reason"] | null;
	/** Whether this browser has a photo for the view. */
	readonly isKnown: boolean;
	/** Takes a file that the person picked again; it stays in this browser. */
	readonly choose: (file: Blob) => void;
}

/** The photo under the body: from this tab's memory, or picked again. One is decoded at a time. */
export function useViewPhotos(
	views: readonly ViewDocument[],
	photos: readonly KeptPhoto[],
	shown: number | null,
): ViewPhotos {
	const [chosen, setChosen] = useState<Readonly<Record<number, Blob>>>({});
	const [picture, setPicture] = useState<ImageBitmap | null>(null);
	const [problem, setProblem] = useState<PhotoMismatchError["reason"] | null>(null);
	const last = useRef<ImageBitmap | null>(null);
	const file = shown === null ? null : (chosen[shown] ?? photos[shown]?.file ?? null);
	const camera = shown === null ? undefined : views[shown]?.camera;
	useEffect(() => {
		let isCurrent = true;
		const show = (next: ImageBitmap | null, reason: PhotoMismatchError["reason"] | null) => {
			last.current?.close();
			last.current = next;
			setPicture(next);
			setProblem(reason);
		};
		show(null, null);
		if (file !== null && camera !== undefined) {
			decodeViewPhoto(file, camera).then(
				(next) => (isCurrent ? show(next, null) : next.close()),
				(error: unknown) => isCurrent && show(null, error instanceof PhotoMismatchError ? error.reason : "unreadable"),
			);
		}
		return () => {
			isCurrent = false;
		};
	}, [file, camera]);
	useEffect(() => () => last.current?.close(), []);
	const choose = useCallback(
		(next: Blob) => {
			if (shown !== null) setChosen((present) => ({ ...present, [shown]: next }));
		},
		[shown],
	);
	return { picture, problem, isKnown: file !== null, choose };
}
