import { FIGURES } from "./figure-paths.js";

/** The outline of a standing body, for use inside an SVG; feet at (`x`, `bottom`), `height` tall. */
export function Figure({
	view,
	x,
	bottom,
	height,
	className,
	isMirrored = false,
}: {
	readonly view: keyof typeof FIGURES;
	readonly x: number;
	readonly bottom: number;
	readonly height: number;
	readonly className?: string;
	readonly isMirrored?: boolean;
}) {
	const { path, middle } = FIGURES[view];
	const scale = height / 100;
	const turn = isMirrored ? -1 : 1;
	return (
		<path
			d={path}
			vectorEffect="non-scaling-stroke"
			transform={`translate(${x} ${bottom - height}) scale(${turn * scale} ${scale}) translate(${-middle} 0)`}
			className={className}
		/>
	);
}
