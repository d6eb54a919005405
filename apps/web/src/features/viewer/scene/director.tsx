import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useRef } from "react";
import type { Group } from "three";
import type { Insets } from "./photo-camera.js";
import { createStudioLights } from "./studio-lights.js";
import type { ViewRig } from "./view-rig.js";

/** A pause between frames counts as no more than this, so that nothing leaps after standing still. */
const LONGEST_STEP_MS = 40;
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
		if (rig.step(Math.min(LONGEST_STEP_MS, 1000 * delta))) invalidate();
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
