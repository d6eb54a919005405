import { useThree } from "@react-three/fiber";
import { useEffect, useMemo, useState } from "react";
import { BufferAttribute, BufferGeometry, Points, PointsMaterial } from "three";
import type { BodyGeometry, BodyTopology } from "../../../body/body-types.js";
import { FatLines } from "./fat-lines.js";
import type { SceneColours } from "./scene-colours.js";
import { boneSegments, drawnBones, jointPoints, markedJoints } from "./skeleton.js";

/** Bones as lines and joints as dots, drawn through the body. */
export function SkeletonFigure({
	geometry,
	topology,
	colours,
}: {
	readonly geometry: BodyGeometry;
	readonly topology: BodyTopology;
	readonly colours: SceneColours;
}) {
	const invalidate = useThree((state) => state.invalidate);
	const pixelRatio = useThree((state) => state.viewport.dpr);
	const bones = useMemo(() => drawnBones(topology.boneLabels), [topology]);
	const marked = useMemo(() => markedJoints(topology.boneLabels), [topology]);
	const [lines] = useState(() => new FatLines({ colour: colours.accent, width_px: 2, part: "through" }));
	const [joints] = useState(() => new Points(new BufferGeometry(), createDots()));
	useEffect(() => {
		lines.setSegments(boneSegments(bones, geometry.boneHeads, geometry.boneTails));
		lines.setColour(colours.accent);
		lines.object.renderOrder = 5;
		joints.geometry.setAttribute("position", new BufferAttribute(jointPoints(marked, geometry.boneHeads), 3));
		joints.material.color.set(colours.accent);
		joints.material.size = 7 * pixelRatio;
		joints.frustumCulled = false;
		joints.renderOrder = 6;
		invalidate();
	}, [lines, joints, bones, marked, geometry, colours, pixelRatio, invalidate]);
	useEffect(
		() => () => {
			lines.dispose();
			joints.geometry.dispose();
			joints.material.dispose();
		},
		[lines, joints],
	);
	return (
		<>
			<primitive object={lines.object} dispose={null} />
			<primitive object={joints} dispose={null} />
		</>
	);
}

/** Round dots of one size, seen through everything. */
function createDots(): PointsMaterial {
	const material = new PointsMaterial({ sizeAttenuation: false, depthTest: false, transparent: true });
	material.onBeforeCompile = (shader) => {
		shader.fragmentShader = shader.fragmentShader.replace(
			"#include <clipping_planes_fragment>",
			"#include <clipping_planes_fragment>\nif ( distance( gl_PointCoord, vec2( 0.5 ) ) > 0.5 ) discard;",
		);
	};
	return material;
}
