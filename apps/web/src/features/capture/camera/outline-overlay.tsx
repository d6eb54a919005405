import type { ViewLabel } from "../../../pose/pose-types.js";
import { classNames } from "../../../ui/class-names.js";
import { Figure } from "../figures/figure.js";

/** Where to stand: the outline of a body over the camera's picture. */
export function OutlineOverlay({
	view,
	width,
	height,
	isGood,
	isMirrored,
}: {
	readonly view: ViewLabel;
	/** Of the camera's picture. */
	readonly width: number;
	readonly height: number;
	readonly isGood: boolean;
	readonly isMirrored: boolean;
}) {
	const look = classNames(
		"fill-none transition-colors",
		isGood ? "stroke-accent stroke-[5]" : "stroke-ink/80 stroke-[3] [stroke-dasharray:10_8]",
	);
	const isSide = view === "side";
	return (
		<svg
			aria-hidden="true"
			viewBox={`0 0 ${width} ${height}`}
			preserveAspectRatio="xMidYMid meet"
			className="pointer-events-none absolute inset-0 size-full drop-shadow-[0_0_3px_rgb(0_0_0/0.8)]"
		>
			<Figure
				view={isSide ? "side" : "front"}
				// The arms reach forward: the body's middle lies behind the frame's.
				x={width / 2 - (isSide ? (isMirrored ? -0.08 : 0.08) * height : 0)}
				bottom={0.94 * height}
				height={0.84 * height}
				isMirrored={isMirrored}
				className={look}
			/>
		</svg>
	);
}
