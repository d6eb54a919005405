import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useRef } from "react";
import type { Group } from "three";
import type { Insets } from "./photo-camera.js";
import { createStudioLights } from "./studio-lights.js";
import type { ViewRig } from "./view-rig.js";

/** After a pause this long nothing was moving: the first frame begins as a usual one. */
const PAUSE_MS = 300;
const USUAL_STEP_MS = 16;
/** Slow machines may skip ahead by this much, no further. */
const LONGEST_STEP_MS = 120;
/** Times of frames that are kept for whoever measures. */
const KEPT_FRAMES = 240;

/** Moves the eye, draws, and notes how long a frame takes as `viewer-frame` in the browser's performance timeline. */
export function Director({ rig, insets }: { readonly rig: ViewRig; readonly insets: Insets }) {
	const invalidate = useThree((state) => state.invalidate);
	const size = useThree((state) => state.size);
	const frames = useRef(0);
	const lights = useRef<Group | null>(null);
	const scene = useThree((state) => state.scene);
	useEffect(() => {
		rig.requestFrame = invalidate;
		return () => {
			rig.requestFrame = () => {};
		};
	}, [rig, invalidate]);
	useEffect(() => {
		rig.setSize({ width: size.width, height: size.height }, insets);
	}, [rig, size, insets]);
	useEffect(() => {
		const studio = createStudioLights();
		lights.current = studio;
		scene.add(studio);
		invalidate();
		return () => {
			scene.remove(studio);
		};
	}, [scene, invalidate]);
	const gl = useThree((state) => state.gl);
	useEffect(() => {
		rig.capture = (scale) => {
			const before = gl.getPixelRatio();
			gl.setPixelRatio(scale);
			gl.render(scene, rig.activeCamera);
			const picture = document.createElement("canvas");
			picture.width = gl.domElement.width;
			picture.height = gl.domElement.height;
			picture.getContext("2d")?.drawImage(gl.domElement, 0, 0);
			gl.setPixelRatio(before);
			invalidate();
			return picture;
		};
		return () => {
			rig.capture = null;
		};
	}, [rig, gl, scene, invalidate]);
	useFrame((_, delta) => {
		const elapsed_ms = 1000 * delta;
		if (rig.step(elapsed_ms > PAUSE_MS ? USUAL_STEP_MS : Math.min(LONGEST_STEP_MS, elapsed_ms))) invalidate();
		// The lights go round with the eye, so that the body is lit well from every side.
		lights.current?.rotation.set(0, rig.lightAzimuth, 0);
	}, -1);
	useFrame((state) => {
		const start = performance.now();
		state.gl.render(state.scene, rig.activeCamera);
		performance.measure("viewer-frame", { start, end: performance.now() });
		frames.current++;
		if (frames.current % KEPT_FRAMES === 0) performance.clearMeasures("viewer-frame");
	}, 1);
	return null;
}
