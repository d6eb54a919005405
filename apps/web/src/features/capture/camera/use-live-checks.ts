import { type RefObject, useEffect, useState } from "react";
import { type Check, checkFrame } from "../../../pose/checks.js";
import { MotionMeter } from "../../../pose/motion.js";
import { openPoseClient } from "../../../pose/pose-client.js";
import { FRAME_LONG_SIDE_PX, type ViewLabel } from "../../../pose/pose-types.js";
import type { Tilt } from "../../../pose/tilt.js";

/** No more often: the rest of the time is the page's. */
const FRAME_MS = 80;

export type LiveChecks =
	| { readonly status: "loading" }
	/** The networks cannot be had: photos can be taken all the same. */
	| { readonly status: "unavailable" }
	| { readonly status: "running"; readonly checks: readonly Check[] };

/**
 * Judges the camera's frames one after another, in this browser.
 *
 * The time of the networks for the newest frame is a performance measure named `pose-frame`.
 */
export function useLiveChecks(
	video: RefObject<HTMLVideoElement | null>,
	isRunning: boolean,
	view: ViewLabel,
	tilt: RefObject<Tilt | null>,
): LiveChecks {
	const [state, setState] = useState<LiveChecks>({ status: "loading" });
	useEffect(() => {
		if (!isRunning) return;
		let isOver = false;
		const motion = new MotionMeter();
		const run = async () => {
			await openPoseClient();
			while (!isOver) {
				const start = performance.now();
				const picture = await grabFrame(video.current);
				if (picture !== null) {
					const frame = await (await openPoseClient()).analyse(picture, true);
					if (isOver) return;
					const end = performance.now();
					performance.clearMeasures("pose-frame");
					performance.measure("pose-frame", { start: end - frame.inference_ms, end });
					const moved = motion.add(frame.body, end);
					setState({ status: "running", checks: checkFrame({ frame, view, tilt: tilt.current, motion: moved }) });
				}
				await pause(Math.max(0, FRAME_MS - (performance.now() - start)));
			}
		};
		run().catch(() => {
			if (!isOver) setState({ status: "unavailable" });
		});
		return () => {
			isOver = true;
		};
	}, [video, isRunning, view, tilt]);
	return state;
}

/** The present frame, small; null while there is none. */
async function grabFrame(video: HTMLVideoElement | null): Promise<ImageBitmap | null> {
	if (video === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
	const scale = Math.min(1, FRAME_LONG_SIDE_PX / Math.max(video.videoWidth, video.videoHeight));
	return createImageBitmap(video, {
		resizeWidth: Math.round(video.videoWidth * scale),
		resizeHeight: Math.round(video.videoHeight * scale),
		resizeQuality: "low",
	}).catch(() => null);
}

function pause(time_ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, time_ms));
}
