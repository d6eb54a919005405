import { useThree } from "@react-three/fiber";
import { useEffect, useMemo, useState } from "react";
import type { BodyTape } from "../../../body/body-types.js";
import { FatLines } from "./fat-lines.js";
import type { SceneColours } from "./scene-colours.js";
import { isHeight, tapeSegments } from "./tape-paths.js";

/** All tapes faintly, the one under the pointer and the selected one strongly and, faintly, where the body hides them. */
export function TapeLayer({
	tapes,
	hasAll,
	areHeightsOnBody,
	selected,
	hovered,
	colours,
}: {
	readonly tapes: readonly BodyTape[];
	readonly hasAll: boolean;
	/** Whether heights are drawn where they were measured, for want of a rod. */
	readonly areHeightsOnBody: boolean;
	readonly selected: string | null;
	readonly hovered: string | null;
	readonly colours: SceneColours;
}) {
	const drawn = useMemo(
		() => tapes.filter(({ id }) => !isHeight(id) || (areHeightsOnBody && id === selected)),
		[tapes, areHeightsOnBody, selected],
	);
	const others = useMemo(() => (hasAll ? drawn.filter(({ id }) => id !== selected) : []), [drawn, hasAll, selected]);
	const under = useMemo(
		() => (hovered === null || hovered === selected ? [] : drawn.filter(({ id }) => id === hovered)),
		[drawn, hovered, selected],
	);
	const chosen = useMemo(() => drawn.filter(({ id }) => id === selected), [drawn, selected]);
	// Straight distances run through the body.
	const straight = useMemo(() => chosen.filter(({ isClosed }) => !isClosed), [chosen]);
	return (
		<>
			<Lines tapes={others} colour={colours.line} width_px={1.2} opacity={1} part="visible" />
			<Lines tapes={under} colour={colours.tape} width_px={3} opacity={1} part="visible" />
			<Lines tapes={chosen} colour={colours.tape} width_px={4} opacity={1} part="visible" />
			<Lines tapes={chosen} colour={colours.tape} width_px={2.5} opacity={0.32} part="hidden" />
			<Lines tapes={straight} colour={colours.tape} width_px={3} opacity={0.85} part="through" />
		</>
	);
}

function Lines({
	tapes,
	colour,
	width_px,
	opacity,
	part,
}: {
	readonly tapes: readonly BodyTape[];
	readonly colour: string;
	readonly width_px: number;
	readonly opacity: number;
	readonly part: "visible" | "hidden" | "through";
}) {
	const invalidate = useThree((state) => state.invalidate);
	const [lines] = useState(() => new FatLines({ colour, width_px, opacity, part }));
	useEffect(() => {
		lines.setSegments(tapeSegments(tapes));
		invalidate();
	}, [lines, tapes, invalidate]);
	useEffect(() => {
		lines.setColour(colour);
		invalidate();
	}, [lines, colour, invalidate]);
	useEffect(() => () => lines.dispose(), [lines]);
	return <primitive object={lines.object} dispose={null} />;
}
