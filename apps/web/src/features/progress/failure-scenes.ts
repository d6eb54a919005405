import type { PhotoScene } from "../capture/figures/photo-picture.js";

/** How a failure is drawn: what was wrong and, where a better photo helps, how it should look. */
export interface FailureScene {
	readonly wrong: PhotoScene;
	readonly better: PhotoScene | null;
}

const UNREADABLE: FailureScene = { wrong: "unreadable", better: "front" };

const BY_CODE: Readonly<Record<string, FailureScene>> = {
	no_person: { wrong: "nobody", better: "front" },
	several_people: { wrong: "several", better: "front" },
	body_not_visible: { wrong: "cut", better: "distance" },
	image_too_small: { wrong: "small", better: "distance" },
	too_dark: { wrong: "dark", better: "front" },
	not_an_image: UNREADABLE,
	unsupported_image: UNREADABLE,
	damaged_image: UNREADABLE,
	empty_file: UNREADABLE,
	image_too_large: UNREADABLE,
	photo_too_large: UNREADABLE,
};

/** Failures that no photo is to blame for have no better photo. */
export function sceneOf(code: string): FailureScene {
	return BY_CODE[code] ?? { wrong: "lost", better: null };
}
