import { type RefObject, useEffect, useState } from "react";
import { type CameraProblem, cameraProblemOf } from "./camera-problem.js";

export type Facing = "environment" | "user";

export type CameraState =
	| { readonly status: "starting" }
	| { readonly status: "running"; readonly track: MediaStreamTrack; readonly facing: Facing }
	| { readonly status: "failed"; readonly problem: CameraProblem };

/** The server looks at photos of at most 2048 pixels; more costs frames per second. */
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1440 } };

/**
 * Shows a camera in a video element; stops it when the element goes away or another camera is wanted.
 *
 * @param attempt changes to try again
 */
export function useCamera(video: RefObject<HTMLVideoElement | null>, facing: Facing, attempt: number): CameraState {
	const [state, setState] = useState<CameraState>({ status: "starting" });
	// biome-ignore lint/correctness/useExhaustiveDependencies: another attempt starts anew
	useEffect(() => {
		let stream: MediaStream | null = null;
		let isOver = false;
		setState({ status: "starting" });
		const start = async () => {
			if (navigator.mediaDevices?.getUserMedia === undefined) throw null;
			stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: facing, ...SIZE } });
			const track = stream.getVideoTracks()[0];
			if (isOver || track === undefined || video.current === null) return stop();
			track.addEventListener("ended", () => {
				if (!isOver) setState({ status: "failed", problem: "busy" });
			});
			video.current.srcObject = stream;
			await video.current.play();
			// A desktop's only camera faces the user, whatever was asked for.
			const actual = track.getSettings().facingMode ?? "user";
			if (!isOver) setState({ status: "running", track, facing: actual === "environment" ? "environment" : "user" });
		};
		const stop = () => {
			for (const track of stream?.getTracks() ?? []) track.stop();
		};
		start().catch((error: unknown) => {
			stop();
			if (!isOver) setState({ status: "failed", problem: cameraProblemOf(error) });
		});
		return () => {
			isOver = true;
			stop();
		};
	}, [video, facing, attempt]);
	return state;
}
