import { Canvas } from "@react-three/fiber";
import { type RefObject, useCallback, useMemo } from "react";
import { type Mesh, NeutralToneMapping } from "three";
import type { BodyTopology } from "../../../body/body-types.js";
import type { ShownBody } from "../use-shown-body.js";
import type { ViewerState } from "../viewer-state.js";
import { BodyFigure } from "./body-figure.js";
import { BodyStage } from "./body-stage.js";
import { Director } from "./director.js";
import { type Bounds, boundsOf } from "./frame.js";
import { HeightRod, rodTicks } from "./height-rod.js";
import { LabelAnchor, type LabelPlace, outerEnd } from "./label-anchor.js";
import type { Insets } from "./photo-camera.js";
import type { SceneColours } from "./scene-colours.js";
import { TapeLayer } from "./tape-layer.js";
import { heightMarks } from "./tape-paths.js";
import type { ViewRig } from "./view-rig.js";

/** Texts of the page that stand beside things in the picture. */
export interface SceneLabels {
	readonly selected: RefObject<HTMLDivElement | null>;
	readonly hovered: RefObject<HTMLDivElement | null>;
	readonly main: RefObject<HTMLDivElement | null>;
	readonly other: RefObject<HTMLDivElement | null>;
}

/** The picture itself. Draws when something changes, not otherwise. */
export function ViewerCanvas({
	body,
	other,
	isSideBySide,
	topology,
	state,
	vertexColours,
	colours,
	selected,
	hovered,
	rig,
	insets: covered,
	labels,
	onMesh,
	onLost,
}: {
	readonly body: ShownBody;
	readonly other: ShownBody | null;
	readonly isSideBySide: boolean;
	readonly topology: BodyTopology | null;
	readonly state: ViewerState;
	readonly vertexColours: Float32Array | null;
	readonly colours: SceneColours;
	readonly selected: string | null;
	readonly hovered: string | null;
	readonly rig: ViewRig;
	readonly insets: Insets;
	readonly labels: SceneLabels;
	readonly onMesh: (mesh: Mesh | null) => void;
	/** The graphics card was taken away. */
	readonly onLost: () => void;
}) {
	const { surface, tapes } = body;
	const isInPhoto = state.photo !== null;
	// Seen through the second body, the first one's colours would mean nothing.
	const isOtherHidden = isInPhoto || (!isSideBySide && vertexColours !== null && state.colouring === "difference");
	const otherSurface = isOtherHidden ? null : (other?.surface ?? null);
	const bounds = useMemo(() => (surface === null ? null : boundsOf(surface.positions)), [surface]);
	const otherBounds = useMemo(() => (otherSurface === null ? null : boundsOf(otherSurface.positions)), [otherSurface]);
	const hasRod = !isInPhoto && body.pose.kind === "rest" && other === null;
	const marks = useMemo(() => (hasRod ? heightMarks(tapes) : []), [hasRod, tapes]);

	// The bodies' names stand above their heads, not on them.
	const hasNames = bounds !== null && otherBounds !== null && isSideBySide;
	const insets = useMemo(() => (hasNames ? { ...covered, top: covered.top + NAME_PX } : covered), [hasNames, covered]);

	const placeOf = useCallback(
		(id: string | null) => (from: ViewRig) => {
			const mark = marks.find((other) => other.id === id);
			if (mark !== undefined && bounds !== null) {
				const [tick] = rodTicks([mark], bounds, from);
				const [x = 0, y = 0, z = 0] = tick?.path ?? [];
				return labelled(from.project(x, y, z), "left");
			}
			const tape = tapes.find((other) => other.id === id && other.side !== "left");
			return tape === undefined ? null : outerEnd(tape.path, from);
		},
		[marks, bounds, tapes],
	);
	const placeOfSelected = useMemo(() => placeOf(selected), [placeOf, selected]);
	const placeOfHovered = useMemo(() => placeOf(hovered === selected ? null : hovered), [placeOf, hovered, selected]);
	const placeOfHead = useMemo(
		() => (from: ViewRig) =>
			bounds === null || otherBounds === null || !isSideBySide
				? null
				: labelled(from.project(from.offset.x, heightOf(bounds) + HEADROOM_M, from.offset.z), "above", "left"),
		[bounds, otherBounds, isSideBySide],
	);
	const placeOfOtherHead = useMemo(
		() => (from: ViewRig) =>
			bounds === null || otherBounds === null || !isSideBySide
				? null
				: labelled(
						from.project(from.otherOffset.x, heightOf(otherBounds) + HEADROOM_M, from.otherOffset.z),
						"above",
						"right",
					),
		[bounds, otherBounds, isSideBySide],
	);
	const isOverlaid = otherSurface !== null && !isSideBySide;
	return (
		<Canvas
			frameloop="demand"
			dpr={[1, 2]}
			gl={{ antialias: true, alpha: true, toneMapping: NeutralToneMapping, powerPreference: "default" }}
			onCreated={({ gl }) => {
				gl.setClearColor(0x000000, 0);
				gl.domElement.addEventListener("webglcontextlost", (event) => {
					event.preventDefault();
					onLost();
				});
			}}
			className="absolute! inset-0"
		>
			<Director rig={rig} insets={insets} />
			{surface !== null && bounds !== null && (
				<BodyStage
					rig={rig}
					bounds={bounds}
					otherBounds={otherBounds}
					isSideBySide={isSideBySide}
					isInPhoto={isInPhoto}
					hasRod={hasRod}
					other={
						otherSurface === null || other === null ? null : (
							<BodyFigure
								surface={otherSurface}
								geometry={other.geometry}
								topology={topology}
								vertexColours={null}
								colours={colours}
								opacity={isOverlaid ? 0.4 : 1}
								isWireframe={state.isWireframe}
								hasSkeleton={state.hasSkeleton}
								hasShadow={!isOverlaid}
								isTinted={isOverlaid}
							/>
						)
					}
				>
					<BodyFigure
						surface={surface}
						geometry={body.geometry}
						topology={topology}
						vertexColours={vertexColours}
						colours={colours}
						opacity={1}
						isWireframe={state.isWireframe}
						hasSkeleton={state.hasSkeleton}
						hasShadow={!isInPhoto}
						isTinted={false}
						onMesh={onMesh}
					/>
					<TapeLayer
						tapes={tapes}
						hasAll={state.hasTapes}
						areHeightsOnBody={!hasRod}
						selected={selected}
						hovered={hovered}
						colours={colours}
					/>
				</BodyStage>
			)}
			{hasRod && bounds !== null && (
				<HeightRod
					marks={marks}
					bounds={bounds}
					hasAll={state.hasTapes}
					selected={selected}
					hovered={hovered}
					colours={colours}
					rig={rig}
				/>
			)}
			<LabelAnchor label={labels.selected} rig={rig} insets={insets} place={placeOfSelected} />
			<LabelAnchor label={labels.hovered} rig={rig} insets={insets} place={placeOfHovered} />
			<LabelAnchor label={labels.main} rig={rig} insets={covered} place={placeOfHead} />
			<LabelAnchor label={labels.other} rig={rig} insets={covered} place={placeOfOtherHead} />
		</Canvas>
	);
}

const HEADROOM_M = 0.03;
/** Height of a body's name with the air around it. */
const NAME_PX = 34;

const heightOf = ({ min, max }: Bounds): number => max[2] - min[2];

function labelled(
	at: { readonly x: number; readonly y: number } | null,
	side: LabelPlace["side"],
	half?: "left" | "right",
): LabelPlace | null {
	return at === null ? null : { x: at.x, y: at.y, side, ...(half && { half }) };
}
