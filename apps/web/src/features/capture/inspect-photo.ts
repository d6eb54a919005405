import { bodyExtent, viewOf } from "../../pose/body-view.js";
import { checkLight, checkWholeBody } from "../../pose/checks.js";
import type { PoseFrame, ViewLabel } from "../../pose/pose-types.js";

/** Below this a body's landmarks are too coarse; as on the server. */
const MIN_BODY_PX = 200;

/** What the browser sees in a photo. */
export interface PhotoFindings {
	readonly label: ViewLabel | null;
	/** Code of what is doubtful. */
	readonly concern: string | null;
}

/**
 * Judges a photo by what the pose networks found in it.
 *
 * @param scale pixels of the photo per pixel of the frame
 */
export function judgePhoto(frame: PoseFrame, scale: number): PhotoFindings {
	const { body, width, height } = frame;
	const isDark = checkLight(frame.light).reason === "dark";
	if (body === null) return { label: null, concern: isDark ? "too_dark" : "no_person" };
	const label = viewOf(body);
	if (frame.peopleCount > 1) return { label, concern: "several_people" };
	const whole = checkWholeBody(body, width, height);
	if (whole.state === "bad" && whole.reason !== "sides") return { label, concern: "body_not_visible" };
	const { top, bottom } = bodyExtent(body);
	if ((bottom - top) * scale < MIN_BODY_PX) return { label, concern: "image_too_small" };
	return { label, concern: isDark ? "too_dark" : null };
}

/**
 * Looks at a photo in this browser. The networks are loaded for it, unless the person saves data.
 *
 * @returns null when the browser cannot read the photo or has no networks: the server will look
 */
export async function inspectPhoto(file: Blob): Promise<PhotoFindings | null> {
	const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
	if (connection?.saveData) return null;
	try {
		const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
		const longSide = Math.max(picture.width, picture.height);
		const { openPoseClient } = await import("../../pose/pose-client.js");
		const frame = await (await openPoseClient()).analyse(picture, false);
		return judgePhoto(frame, longSide / Math.max(frame.width, frame.height));
	} catch {
		return null;
	}
}
