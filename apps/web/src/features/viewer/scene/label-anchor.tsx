import { useFrame, useThree } from "@react-three/fiber";
import { type RefObject, useEffect } from "react";
import type { Insets, PictureSize } from "./photo-camera.js";
import type { ViewRig } from "./view-rig.js";

/** A place of the picture, CSS pixels, and on which side of it a text stands. */
export interface LabelPlace {
	readonly x: number;
	readonly y: number;
	readonly side: "right" | "left" | "above";
	/** The half of the picture that the text keeps to. */
	readonly half?: "left" | "right";
}

const MARGIN_PX = 8;
const AWAY_PX = 16;

/** Keeps a text of the page beside a place of the picture, between the controls. Never hidden behind the body. */
export function LabelAnchor({
	label,
	rig,
	insets,
	place,
}: {
	readonly label: RefObject<HTMLElement | null>;
	readonly rig: ViewRig;
	readonly insets: Insets;
	/** Null takes the text away. */
	readonly place: (rig: ViewRig) => LabelPlace | null;
}) {
	const invalidate = useThree((state) => state.invalidate);
	const size = useThree((state) => state.size);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another place needs a frame
	useEffect(() => invalidate(), [place, invalidate]);
	useFrame(() => {
		const element = label.current;
		if (element === null) return;
		const at = place(rig);
		element.style.visibility = at === null ? "hidden" : "visible";
		if (at === null) return;
		const { offsetWidth: width, offsetHeight: height } = element;
		const { x, y } = besidePlace(at, { width, height }, size, insets);
		element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
	}, 2);
	return null;
}

/** The upper left corner of a text beside a place, inside the picture. */
export function besidePlace(
	at: LabelPlace,
	text: PictureSize,
	picture: PictureSize,
	insets: Insets,
): { x: number; y: number } {
	const middle = picture.width / 2;
	const least = at.half === "right" ? middle + MARGIN_PX / 2 : MARGIN_PX;
	const most = (at.half === "left" ? middle + MARGIN_PX / 2 : picture.width) - text.width - MARGIN_PX;
	let x = at.x - text.width / 2;
	let y = at.y - text.height / 2;
	if (at.side === "above") y = at.y - text.height - AWAY_PX / 2;
	else {
		x = at.side === "right" ? at.x + AWAY_PX : at.x - AWAY_PX - text.width;
		// Where there is no room on the right it stands below the place: the line itself stays free. Texts of the left
		// belong to the rod or an arm; they go over to the far side, which is empty there.
		if (x > most) y = at.y + AWAY_PX;
		if (x < MARGIN_PX) x = most;
	}
	return {
		x: Math.max(least, Math.min(most, x)),
		y: Math.max(insets.top, Math.min(picture.height - insets.bottom - text.height, y)),
	};
}

/** How far a limb's tape must be from the body's axis for its text to stand on the outer side, CSS pixels. */
const LIMB_PX = 24;

/** Where a tape's text stands best: at its end away from the body's axis, of what can be seen. */
export function outerEnd(path: Float32Array, rig: ViewRig): LabelPlace | null {
	const points: { x: number; y: number; depth: number }[] = [];
	let depth = 0;
	let across = 0;
	for (let at = 0; at + 2 < path.length; at += 3) {
		const point = rig.projectAnny(path[at] as number, path[at + 1] as number, path[at + 2] as number);
		if (point === null) continue;
		points.push(point);
		depth += point.depth;
		across += point.x;
	}
	const axis = rig.projectAnny(0, 0, path[2] ?? 0)?.x ?? 0;
	const isLeft = across / points.length < axis - LIMB_PX;
	let best: { x: number; y: number } | null = null;
	for (const point of points) {
		const isOuter = best === null || (isLeft ? point.x < best.x : point.x > best.x);
		if (isOuter && point.depth <= depth / points.length + 0.005) best = point;
	}
	return best === null ? null : { x: best.x, y: best.y, side: isLeft ? "left" : "right" };
}
