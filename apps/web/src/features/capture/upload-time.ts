/** How long the uploads of this tab took, for the progress page. */
const times_ms = new Map<string, number>();

/** Keeps how long the upload of a fit took, milliseconds. */
export function rememberUpload(session_id: string, time_ms: number): void {
	times_ms.set(session_id, time_ms);
}

/** Null for fits that were started elsewhere. */
export function uploadTime_ms(session_id: string): number | null {
	return times_ms.get(session_id) ?? null;
}
