import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Group } from "three";
import { FatLines } from "./fat-lines.js";
import type { Bounds } from "./frame.js";
import type { SceneColours } from "./scene-colours.js";
import type { HeightMark } from "./tape-paths.js";
import type { ViewRig } from "./view-rig.js";

const TICK_M = 0.035;
const GAP_M = 0.1;

/** How far left of the body's axis the rod stands, as seen from an azimuth; metres. */
export function rodDistance(bounds: Bounds, azimuth: number): number {
	const halfX = Math.max(Math.abs(bounds.min[0]), Math.abs(bounds.max[0]));
	const halfY = Math.max(Math.abs(bounds.min[1]), Math.abs(bounds.max[1]));
	return Math.hypot(halfX * Math.cos(azimuth), halfY * Math.sin(azimuth)) + GAP_M;
}

/**
 * A measuring rod beside the body that always stands on the left of the picture: a mark per height, the selected one as
 * a dimension line with a leader to the place on the body.
 */
export function HeightRod({
	marks,
	bounds,
	hasAll,
	selected,
	hovered,
	colours,
	rig,
}: {
	readonly marks: readonly HeightMark[];
	readonly bounds: Bounds;
	readonly hasAll: boolean;
	readonly selected: string | null;
	readonly hovered: string | null;
	readonly colours: SceneColours;
	readonly rig: ViewRig;
}) {
	const invalidate = useThree((state) => state.invalidate);
	const group = useRef<Group>(null);
	const [rod] = useState(() => new FatLines({ colour: colours.line, width_px: 1.2 }));
	const [strong] = useState(() => new FatLines({ colour: colours.tape, width_px: 3 }));
	const [leader] = useState(() => new FatLines({ colour: colours.tape, width_px: 1.6, opacity: 0.8, part: "through" }));
	const chosen = useMemo(
		() => marks.find(({ id }) => id === selected) ?? marks.find(({ id }) => id === hovered) ?? null,
		[marks, selected, hovered],
	);
	useEffect(() => {
		const top = Math.max(0, ...marks.map(({ height_m }) => height_m));
		const ticks = marks.flatMap(({ height_m }) => [0, height_m, 0, TICK_M, height_m, 0]);
		rod.setSegments(
			Float32Array.from(hasAll && top > 0 ? [0, 0, 0, 0, top, 0, -TICK_M, 0, 0, TICK_M, 0, 0, ...ticks] : []),
		);
		const height = chosen?.height_m ?? 0;
		strong.setSegments(
			Float32Array.from(
				chosen === null
					? []
					: [0, 0, 0, 0, height, 0, -TICK_M, 0, 0, TICK_M, 0, 0, -TICK_M, height, 0, TICK_M, height, 0],
			),
		);
		rod.setColour(colours.line);
		strong.setColour(colours.tape);
		leader.setColour(colours.tape);
		invalidate();
	}, [rod, strong, leader, marks, hasAll, chosen, colours, invalidate]);
	useEffect(
		() => () => {
			for (const lines of [rod, strong, leader]) lines.dispose();
		},
		[rod, strong, leader],
	);
	useFrame(() => {
		if (group.current === null) return;
		const { azimuth, offset } = rig;
		const distance = rodDistance(bounds, azimuth);
		const [right, towards] = [Math.cos(azimuth), -Math.sin(azimuth)];
		group.current.rotation.y = azimuth;
		group.current.position.set(offset.x - distance * right, 0, offset.z - distance * towards);
		if (chosen === null) leader.object.visible = false;
		else {
			const [x, y, z] = chosen.point;
			const at = [x + offset.x, z + offset.y, -y + offset.z] as const;
			// Along the picture's horizontal to the rod's plane.
			const along = (at[0] - offset.x) * right + (at[2] - offset.z) * towards + distance;
			leader.setSegments(Float32Array.of(...at, at[0] - along * right, at[1], at[2] - along * towards));
		}
	});
	return (
		<>
			<group ref={group}>
				<primitive object={rod.object} dispose={null} />
				<primitive object={strong.object} dispose={null} />
			</group>
			<primitive object={leader.object} dispose={null} />
		</>
	);
}

/** The marks as lines of the scene, for picking. */
export function rodTicks(marks: readonly HeightMark[], bounds: Bounds, rig: ViewRig) {
	const { azimuth, offset } = rig;
	const distance = rodDistance(bounds, azimuth);
	const [right, towards] = [Math.cos(azimuth), -Math.sin(azimuth)];
	return marks.map(({ id, height_m }) => {
		const end = (from: number) => [
			offset.x - (distance + from) * right,
			height_m,
			offset.z - (distance + from) * towards,
		];
		return { id, isClosed: false, path: Float32Array.from([...end(0.02), ...end(-TICK_M)]) };
	});
}
