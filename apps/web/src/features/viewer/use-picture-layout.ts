import { type RefObject, useLayoutEffect, useState } from "react";
import type { Insets, PictureSize } from "./scene/photo-camera.js";

const AIR_PX = 8;

export interface PictureLayout {
	readonly size: PictureSize;
	/** What controls cover along the upper and the lower edge. */
	readonly insets: Insets;
}

/** How large the picture is and how much of it controls cover, as it changes. */
export function usePictureLayout(
	frame: RefObject<HTMLElement | null>,
	top: RefObject<HTMLElement | null>,
	bottom: RefObject<HTMLElement | null>,
): PictureLayout {
	const [layout, setLayout] = useState<PictureLayout>({
		size: { width: 1, height: 1 },
		insets: { top: 0, bottom: 0 },
	});
	useLayoutEffect(() => {
		const elements = [frame.current, top.current, bottom.current];
		const measure = () => {
			const [whole, above, below] = elements.map((element) => ({
				width: element?.clientWidth ?? 0,
				height: element?.clientHeight ?? 0,
			}));
			if (whole === undefined || above === undefined || below === undefined) return;
			setLayout({ size: whole, insets: { top: above.height + AIR_PX, bottom: below.height + AIR_PX } });
		};
		const observer = new ResizeObserver(measure);
		for (const element of elements) if (element !== null) observer.observe(element);
		measure();
		return () => observer.disconnect();
	}, [frame, top, bottom]);
	return layout;
}
