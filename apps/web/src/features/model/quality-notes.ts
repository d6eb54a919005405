import type { ModelDocument } from "../../api/types.js";

/** Something about a result to know, with what would make it better. */
export interface QualityNote {
	/** The flag's code, or `advice` for advice that belongs to no known flag. */
	readonly code: string;
	/** Which of the code's pieces of advice holds, where there are several. */
	readonly variant: "side" | "front" | null;
	/** What the server wrote, in English: for codes that have no words here. */
	readonly message: string;
}

/**
 * The flags of a result, each code once.
 *
 * Flags come per photo and their advice beside them; a person wants to hear each thing once, with what to do.
 */
export function qualityNotes({ quality, views }: Pick<ModelDocument, "quality" | "views">): QualityNote[] {
	const byCode = new Map<string, QualityNote>();
	for (const { code, message } of quality.flags) {
		// That is no shortcoming; the page says it elsewhere.
		if (byCode.has(code) || code === "adjusted_by_hand") continue;
		const hasSide = views.some((view) => view.direction === "side");
		const variant = code === "single_direction" ? (hasSide ? "front" : "side") : null;
		byCode.set(code, { code, variant, message });
	}
	return [...byCode.values()];
}
