import { useCallback, useMemo, useRef, useState } from "react";
import { type Mesh, Raycaster, Vector2 } from "three";
import type { BodyTape } from "../../body/body-types.js";
import { boundsOf } from "./scene/frame.js";
import { rodTicks } from "./scene/height-rod.js";
import { pickLine } from "./scene/pick-line.js";
import { heightMarks, isHeight } from "./scene/tape-paths.js";
import type { ViewRig } from "./scene/view-rig.js";
import type { ShownBody } from "./use-shown-body.js";

const MOUSE_PX = 9;
const FINGER_PX = 22;

type Place = { readonly x: number; readonly y: number };

export interface TapePicking {
	/** Measurement under the mouse. */
	readonly hovered: string | null;
	readonly onHover: (at: Place | null) => void;
	/** The measurement at a place, if a tape runs near it where it can be seen. */
	readonly pick: (at: Place, isTouch: boolean) => string | null;
	readonly onMesh: (mesh: Mesh | null) => void;
}

/** Finds tapes and marks of heights in the picture. */
export function useTapePicking(rig: ViewRig, body: ShownBody, hasRod: boolean, isActive: boolean): TapePicking {
	const mesh = useRef<Mesh | null>(null);
	const [hovered, setHovered] = useState<string | null>(null);
	const frame = useRef(0);
	const { surface, tapes } = body;
	const bounds = useMemo(() => (surface === null ? null : boundsOf(surface.positions)), [surface]);
	const onBody = useMemo(() => tapes.filter(({ id }: BodyTape) => !isHeight(id)), [tapes]);
	const marks = useMemo(() => (hasRod ? heightMarks(tapes) : []), [hasRod, tapes]);

	const pick = useCallback(
		(at: Place, isTouch: boolean): string | null => {
			if (!isActive || bounds === null) return null;
			const tolerance = isTouch ? FINGER_PX : MOUSE_PX;
			const onRod = pickLine(
				rodTicks(marks, bounds, rig),
				(x, y, z) => rig.project(x, y, z),
				at,
				tolerance,
				Number.POSITIVE_INFINITY,
			);
			if (onRod !== null) return onRod;
			const skin = mesh.current === null ? Number.POSITIVE_INFINITY : depthAt(mesh.current, rig, at);
			return pickLine(onBody, (x, y, z) => rig.projectAnny(x, y, z), at, tolerance, skin);
		},
		[rig, bounds, marks, onBody, isActive],
	);
	const onHover = useCallback(
		(at: Place | null) => {
			cancelAnimationFrame(frame.current);
			if (at === null) setHovered(null);
			else {
				frame.current = requestAnimationFrame(() => setHovered(pick(at, false)));
			}
		},
		[pick],
	);
	const onMesh = useCallback((next: Mesh | null) => {
		mesh.current = next;
	}, []);
	return { hovered: isActive ? hovered : null, onHover, pick, onMesh };
}

const raycaster = new Raycaster();
const pointer = new Vector2();

/** How far the skin is at a place of the picture; Infinity beside the body. */
function depthAt(mesh: Mesh, rig: ViewRig, at: Place): number {
	const { width, height } = rig.pictureSize;
	pointer.set((2 * at.x) / width - 1, 1 - (2 * at.y) / height);
	raycaster.setFromCamera(pointer, rig.activeCamera);
	const hit = raycaster.intersectObject(mesh, false)[0];
	if (hit === undefined) return Number.POSITIVE_INFINITY;
	return rig.project(hit.point.x, hit.point.y, hit.point.z)?.depth ?? Number.POSITIVE_INFINITY;
}
