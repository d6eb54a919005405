import { useFrame, useThree } from "@react-three/fiber";
import { type RefObject, useEffect } from "react";
import type { ViewRig } from "./view-rig.js";

type Place = { readonly x: number; readonly y: number };

const MARGIN_PX = 8;
const AWAY_PX = 16;

/** Keeps a text of the page beside a place of the picture, inside its edges. Never hidden behind the body. */
export function LabelAnchor({
	label,
	rig,
	place,
	side,
}: {
	readonly label: RefObject<HTMLElement | null>;
	readonly rig: ViewRig;
	/** CSS pixels; null takes the text away. */
	readonly place: (rig: ViewRig) => Place | null;
	readonly side: "right" | "left" | "above";
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
		const onRight = at.x + AWAY_PX;
		const onLeft = at.x - AWAY_PX - width;
		let left = side === "right" ? onRight : side === "left" ? onLeft : at.x - width / 2;
		// Where there is no room it goes to the other side of the place.
		if (side === "right" && left + width > size.width - MARGIN_PX) left = onLeft;
		if (side === "left" && left < MARGIN_PX) left = onRight;
		const top = side === "above" ? at.y - height - AWAY_PX / 2 : at.y - height / 2;
		const x = Math.min(size.width - width - MARGIN_PX, Math.max(MARGIN_PX, left));
		const y = Math.min(size.height - height - MARGIN_PX, Math.max(MARGIN_PX, top));
		element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
	}, 2);
	return null;
}

/** The place of a tape where its label stands best: as far right in the picture as it can be seen. */
export function rightmostSeen(path: Float32Array, rig: ViewRig): Place | null {
	const points: { x: number; y: number; depth: number }[] = [];
	let depth = 0;
	for (let at = 0; at + 2 < path.length; at += 3) {
		const point = rig.projectAnny(path[at] as number, path[at + 1] as number, path[at + 2] as number);
		if (point === null) continue;
		points.push(point);
		depth += point.depth;
	}
	const middle = depth / points.length;
	let best: Place | null = null;
	for (const point of points) {
		if (point.depth <= middle + 0.005 && (best === null || point.x > best.x)) best = point;
	}
	return best;
}
