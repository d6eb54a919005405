import { type ReactNode, useId } from "react";
import { classNames } from "../../../ui/class-names.js";
import { Figure } from "./figure.js";

/** What the picture of a photo shows. */
export type PhotoScene =
	| "front"
	| "side"
	| "arms"
	| "clothes"
	| "distance"
	| "nobody"
	| "several"
	| "cut"
	| "small"
	| "dark"
	| "unreadable"
	| "lost";

const BODY = "fill-[var(--body)]";
const HINT = "fill-none stroke-accent stroke-2";

const SCENES: Record<PhotoScene, ReactNode> = {
	front: <Figure view="front" x={45} bottom={112} height={102} className={BODY} />,
	side: <Figure view="side" x={36} bottom={112} height={102} className={BODY} />,
	arms: (
		<>
			<Figure view="front" x={45} bottom={112} height={102} className={BODY} />
			<path d="M25 49q3 6 8 7M65 49q-3 6-8 7M38 104h14" className={HINT} strokeLinecap="round" />
		</>
	),
	clothes: (
		<>
			<clipPath id="tight-clothes">
				<path d="M37 24.5q8 6 16 0l13 4v22h-9v24.5H33V50.5h-9v-22z" />
			</clipPath>
			<Figure view="front" x={45} bottom={112} height={102} className={BODY} />
			<g clipPath="url(#tight-clothes)">
				<Figure view="front" x={45} bottom={112} height={102} className="fill-accent" />
			</g>
		</>
	),
	distance: (
		<>
			<Figure view="front" x={45} bottom={110} height={94} className={BODY} />
			<path d="M82 16v94M78 16h8M78 110h8" className={HINT} strokeLinecap="round" />
		</>
	),
	nobody: (
		<Figure
			view="front"
			x={45}
			bottom={112}
			height={102}
			className="fill-none stroke-line-strong stroke-[1.5] [stroke-dasharray:4_4]"
		/>
	),
	several: (
		<>
			<Figure view="front" x={27} bottom={112} height={92} className={BODY} />
			<Figure view="front" x={63} bottom={113} height={96} className="fill-[var(--body)] opacity-70" />
		</>
	),
	cut: <Figure view="front" x={45} bottom={146} height={140} className={BODY} />,
	small: <Figure view="front" x={45} bottom={84} height={34} className={BODY} />,
	dark: (
		<>
			<Figure view="front" x={45} bottom={112} height={102} className={BODY} />
			<rect width="90" height="120" className="fill-black/75" />
		</>
	),
	unreadable: (
		<>
			<Figure view="front" x={45} bottom={112} height={102} className="fill-[var(--body)] opacity-50" />
			<path d="M-2 66l18-9 14 12 18-14 16 12 14-10 16 8v60H-2z" className="fill-paper" />
			<path d="M-2 66l18-9 14 12 18-14 16 12 14-10 16 8" className="fill-none stroke-line-strong stroke-[1.5]" />
		</>
	),
	lost: (
		<path
			d="M30 70h29a11 11 0 0 0 2-21.8A17 17 0 0 0 28.5 51 9.5 9.5 0 0 0 30 70zM38 82l14 14M52 82 38 96"
			className="fill-none stroke-line-strong stroke-2"
			strokeLinecap="round"
		/>
	),
};

/** A drawn photo, to show how one should look or what is wrong with one. */
export function PhotoPicture({
	scene,
	mark,
	className,
}: {
	readonly scene: PhotoScene;
	readonly mark?: "good" | "bad";
	readonly className?: string;
}) {
	const clip = useId();
	return (
		<svg viewBox="0 0 90 120" aria-hidden="true" className={classNames("block", className)}>
			<clipPath id={clip}>
				<rect width="90" height="120" rx="6" />
			</clipPath>
			<g clipPath={`url(#${clip})`}>
				<rect width="90" height="120" className="fill-sunken" />
				<rect y="98" width="90" height="22" className="fill-line/60" />
				{SCENES[scene]}
			</g>
			<rect x=".5" y=".5" width="89" height="119" rx="5.5" className="fill-none stroke-line" />
			{mark !== undefined && (
				<g transform="translate(76 14)">
					<circle r="9" className={mark === "good" ? "fill-good" : "fill-bad"} />
					<path
						d={mark === "good" ? "M-4 0l3 3.5 5-7" : "M-3.5-3.5l7 7M3.5-3.5l-7 7"}
						className="fill-none stroke-surface stroke-2"
						strokeLinecap="round"
						strokeLinejoin="round"
					/>
				</g>
			)}
		</svg>
	);
}
