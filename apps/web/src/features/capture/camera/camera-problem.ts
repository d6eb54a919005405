/** Why there is no picture from the camera. */
export type CameraProblem = "insecure" | "refused" | "none" | "busy" | "unknown";

/** @param error what getUserMedia failed with; null when the browser offers no camera at all */
export function cameraProblemOf(error: unknown): CameraProblem {
	if (error === null) return globalThis.isSecureContext === false ? "insecure" : "none";
	const name = error instanceof Error ? error.name : "";
	if (name === "NotAllowedError" || name === "SecurityError") return "refused";
	if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
	return name === "NotReadableError" || name === "AbortError" ? "busy" : "unknown";
}
