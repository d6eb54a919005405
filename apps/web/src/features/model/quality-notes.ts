import type { ModelDocument } from "../../api/types.js";

/** Something about a result to know, with what would make it better. */
export interface QualityNote {
	/** The flag's code, or `advice` for advice that belongs to no known flag. */
	readonly code: string;
	/** Which of the code's pieces of advice holds, where there are several. */
	readonly variant: "side" | "front" | null;
	/** Half of the waist girth's 90 % interval in metres, where clothes put it in doubt. */
	readonly waistMargin_m: number | null;
	/** What the server wrote, in English: for codes that have no words here. */
	readonly message: string;
	readonly advice: string | null;
}

/**
 * The flags of a result, each code once.
 *
 * Flags come per photo and their advice beside them; a person wants to hear each thing once, with what to do.
 */
export function qualityNotes({
	quality,
	views,
	measurements,
}: Pick<ModelDocument, "quality" | "views" | "measurements">): QualityNote[] {
	const byCode = new Map<string, QualityNote>();
	for (const { code, message, advice = null } of quality.flags) {
		// That is no shortcoming; the page says it elsewhere.
		if (byCode.has(code) || code === "adjusted_by_hand") continue;
		const hasSide = views.some((view) => view.direction === "side");
		const variant = code === "single_direction" ? (hasSide ? "front" : "side") : null;
		const waist = code === "loose_clothing" ? measurements.waist_girth?.interval90_m : undefined;
		const waistMargin_m = waist === undefined ? null : (waist[1] - waist[0]) / 2;
		byCode.set(code, { code, variant, waistMargin_m, message, advice });
	}
	return [...byCode.values()];
}
