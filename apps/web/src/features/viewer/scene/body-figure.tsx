import { useThree } from "@react-three/fiber";
import { useEffect, useMemo, useState } from "react";
import { BufferGeometry, Mesh } from "three";
import type { BodyGeometry, BodyTopology } from "../../../body/body-types.js";
import { type BodySurface, createBodyMaterial, updateBodyColours, updateBodyGeometry } from "./body-geometry.js";
import { GroundShadow } from "./ground-shadow.js";
import type { SceneColours } from "./scene-colours.js";
import { SkeletonFigure } from "./skeleton-figure.js";

/** One body with its shadow and, drawn through it, its skeleton. In Anny's frame. */
export function BodyFigure({
	surface,
	geometry,
	topology,
	vertexColours,
	colours,
	opacity,
	isWireframe,
	hasSkeleton,
	hasShadow,
	isTinted,
	onMesh,
}: {
	readonly surface: BodySurface;
	readonly geometry: BodyGeometry | null;
	readonly topology: BodyTopology | null;
	/** [3V] linear RGB, or null for the plain body. */
	readonly vertexColours: Float32Array | null;
	readonly colours: SceneColours;
	readonly opacity: number;
	readonly isWireframe: boolean;
	readonly hasSkeleton: boolean;
	readonly hasShadow: boolean;
	/** In the accent colour, to tell two bodies apart. */
	readonly isTinted: boolean;
	/** Hears of the mesh that can be hit. */
	readonly onMesh?: (mesh: Mesh | null) => void;
}) {
	const invalidate = useThree((state) => state.invalidate);
	const [mesh] = useState(() => new Mesh(new BufferGeometry(), createBodyMaterial()));
	const [shadow] = useState(() => new GroundShadow());
	const material = mesh.material;

	useMemo(() => {
		updateBodyGeometry(mesh.geometry, surface);
		shadow.update(surface.positions);
	}, [mesh, shadow, surface]);
	useEffect(() => {
		const fits = vertexColours !== null && vertexColours.length === surface.positions.length;
		updateBodyColours(mesh.geometry, fits ? vertexColours : null);
		material.color.set(fits ? "#ffffff" : isTinted ? colours.accent : colours.body);
		material.vertexColors = fits;
		material.wireframe = isWireframe;
		// A skeleton shows through a body of glass.
		const shown = hasSkeleton ? 0.5 * opacity : opacity;
		material.opacity = shown;
		material.transparent = shown < 1;
		material.depthWrite = opacity === 1;
		material.needsUpdate = true;
		mesh.renderOrder = opacity < 1 ? 3 : 0;
		shadow.mesh.visible = hasShadow;
		shadow.mesh.material.opacity = colours.isDark ? 0.8 : 0.42;
		invalidate();
	}, [
		mesh,
		material,
		shadow,
		surface,
		vertexColours,
		colours,
		opacity,
		isWireframe,
		hasSkeleton,
		hasShadow,
		isTinted,
		invalidate,
	]);
	useEffect(() => {
		onMesh?.(mesh);
		return () => onMesh?.(null);
	}, [mesh, onMesh]);
	useEffect(
		() => () => {
			mesh.geometry.dispose();
			mesh.material.dispose();
			shadow.dispose();
		},
		[mesh, shadow],
	);
	return (
		<>
			<primitive object={shadow.mesh} dispose={null} />
			<primitive object={mesh} dispose={null} />
			{hasSkeleton && geometry !== null && topology !== null && (
				<SkeletonFigure geometry={geometry} topology={topology} colours={colours} />
			)}
		</>
	);
}
