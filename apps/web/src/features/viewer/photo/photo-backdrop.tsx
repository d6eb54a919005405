import { useLayoutEffect, useRef } from "react";
import type { PhotoPlacement } from "../scene/photo-camera.js";

/** The photo under the body, where the body's projection expects it. Decoration: the viewer's description names it. */
export function PhotoBackdrop({
	picture,
	placement,
}: {
	readonly picture: ImageBitmap;
	readonly placement: PhotoPlacement;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useLayoutEffect(() => {
		const element = canvas.current;
		if (element === null || picture.width === 0) return;
		element.width = picture.width;
		element.height = picture.height;
		element.getContext("2d")?.drawImage(picture, 0, 0);
	}, [picture]);
	return (
		<div
			aria-hidden="true"
			className="pointer-events-none absolute"
			style={{
				left: placement.left,
				top: placement.top,
				width: placement.scale * picture.width,
				height: placement.scale * picture.height,
			}}
		>
			<canvas ref={canvas} className="size-full rounded-sm" />
		</div>
	);
}
