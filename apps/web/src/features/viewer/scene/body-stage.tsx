import { useFrame } from "@react-three/fiber";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from "react";
import type { Group } from "three";
import { type Bounds, WORLD_FROM_ANNY } from "./frame.js";
import type { Subject } from "./orbit.js";
import type { ViewRig } from "./view-rig.js";

const GAP_M = 0.06;

/** Half of a body's width, arms and all, from whichever side it is seen. */
function halfWidth(bounds: Bounds): number {
	return Math.max(...[bounds.min[0], bounds.max[0], bounds.min[1], bounds.max[1]].map(Math.abs));
}

/**
 * Puts one or two bodies on the same floor: alone or overlaid in the middle, or side by side, each turning about its own
 * axis. Over a photo the body stays where the fit found it.
 */
export function BodyStage({
	rig,
	bounds,
	otherBounds,
	isSideBySide,
	isInPhoto,
	hasRod,
	children,
	other,
}: {
	readonly rig: ViewRig;
	readonly bounds: Bounds;
	readonly otherBounds: Bounds | null;
	readonly isSideBySide: boolean;
	readonly isInPhoto: boolean;
	/** Leaves room for the measuring rod. */
	readonly hasRod: boolean;
	readonly children: ReactNode;
	readonly other: ReactNode;
}) {
	const group = useRef<Group>(null);
	const otherGroup = useRef<Group>(null);
	const isApart = isSideBySide && otherBounds !== null;
	const apart = isApart ? [halfWidth(bounds) + GAP_M / 2, halfWidth(otherBounds) + GAP_M / 2] : [0, 0];
	const subject = useMemo(
		() => subjectOf(bounds, otherBounds, isSideBySide, hasRod),
		[bounds, otherBounds, isSideBySide, hasRod],
	);
	useEffect(() => rig.setSubject(subject), [rig, subject]);
	useFrame(() => {
		const { azimuth, offset, otherOffset } = rig;
		const [right, towards] = [Math.cos(azimuth), -Math.sin(azimuth)];
		const [left = 0, beside = 0] = apart;
		if (isInPhoto) offset.set(0, 0, 0);
		else offset.set(-left * right, -bounds.min[2], -left * towards);
		group.current?.position.copy(offset);
		otherOffset.set(beside * right, -(otherBounds?.min[2] ?? 0), beside * towards);
		otherGroup.current?.position.copy(otherOffset);
	}, -0.5);
	return (
		<>
			<AnnyGroup group={group}>{children}</AnnyGroup>
			{other !== null && <AnnyGroup group={otherGroup}>{other}</AnnyGroup>}
		</>
	);
}

function AnnyGroup({ group, children }: { readonly group: RefObject<Group | null>; readonly children: ReactNode }) {
	return (
		<group ref={group}>
			<group matrix={WORLD_FROM_ANNY} matrixAutoUpdate={false}>
				{children}
			</group>
		</group>
	);
}

function subjectOf(bounds: Bounds, other: Bounds | null, isSideBySide: boolean, hasRod: boolean): Subject {
	const height = Math.max(bounds.max[2] - bounds.min[2], other === null ? 0 : other.max[2] - other.min[2]);
	const widths = [bounds, ...(other === null ? [] : [other])].map(halfWidth);
	const half =
		isSideBySide && other !== null
			? widths.reduce((sum, width) => sum + width, 0) + GAP_M
			: Math.max(...widths) + (hasRod ? 0.14 : 0);
	return { centre: [0, height / 2, 0], halfHeight_m: height / 2, halfWidth_m: half };
}
