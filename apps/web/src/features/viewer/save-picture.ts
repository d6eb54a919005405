import type { PhotoPlacement } from "./scene/photo-camera.js";
import { readSceneColours } from "./scene/scene-colours.js";
import type { ViewRig } from "./scene/view-rig.js";

/** What stands on the picture besides the body. */
export interface PictureParts {
	readonly isTransparent: boolean;
	readonly photo: { readonly picture: ImageBitmap; readonly placement: PhotoPlacement } | null;
	readonly blend: "opacity" | "wipe";
	readonly blendValue: number;
	/** The picture's element and the texts on it. */
	readonly frame: HTMLElement;
	readonly labels: readonly (HTMLElement | null)[];
}

const SCALE = 2;

/** The view as it is, at twice the size of the page's pixels, with its labels. Null when nothing was drawn yet. */
export async function takePicture(rig: ViewRig, parts: PictureParts): Promise<Blob | null> {
	const body = rig.capture?.(SCALE);
	if (body === undefined) return null;
	const canvas = document.createElement("canvas");
	canvas.width = body.width;
	canvas.height = body.height;
	const context = canvas.getContext("2d");
	if (context === null) return null;
	if (!parts.isTransparent) {
		context.fillStyle = readSceneColours().surface;
		context.fillRect(0, 0, canvas.width, canvas.height);
	}
	const { photo, blend, blendValue } = parts;
	context.save();
	if (photo !== null) {
		const { picture, placement } = photo;
		const scale = SCALE * placement.scale;
		context.drawImage(
			picture,
			SCALE * placement.left,
			SCALE * placement.top,
			scale * picture.width,
			scale * picture.height,
		);
		if (blend === "opacity") context.globalAlpha = blendValue;
		else {
			context.beginPath();
			context.rect((1 - blendValue) * canvas.width, 0, canvas.width, canvas.height);
			context.clip();
		}
	}
	context.drawImage(body, 0, 0);
	context.restore();
	const box = parts.frame.getBoundingClientRect();
	for (const label of parts.labels) {
		if (label !== null && label.style.visibility === "visible") drawLabel(context, label, box);
	}
	return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function drawLabel(context: CanvasRenderingContext2D, label: HTMLElement, frame: DOMRect): void {
	const box = label.getBoundingClientRect();
	const { surface, line, ink } = labelColours(label);
	context.save();
	context.scale(SCALE, SCALE);
	context.translate(box.left - frame.left, box.top - frame.top);
	context.beginPath();
	context.roundRect(0, 0, box.width, box.height, 8);
	context.fillStyle = surface;
	context.fill();
	context.strokeStyle = line;
	context.stroke();
	for (const text of label.querySelectorAll<HTMLElement>("[data-line]")) {
		const place = text.getBoundingClientRect();
		const style = getComputedStyle(text);
		context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
		context.fillStyle = style.color || ink;
		context.textBaseline = "middle";
		context.fillText(text.textContent ?? "", place.left - box.left, place.top - box.top + place.height / 2);
	}
	context.restore();
}

function labelColours(label: HTMLElement): { surface: string; line: string; ink: string } {
	const style = getComputedStyle(label);
	return { surface: style.backgroundColor, line: style.borderTopColor, ink: style.color };
}
