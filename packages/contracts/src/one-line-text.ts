import { z } from "zod";

/** Text on one line that is text: no control characters, no halves of surrogate pairs; trimmed, never empty. */
export const oneLineTextSchema = (maxLength: number) =>
	z
		.string()
		.trim()
		.min(1)
		.max(maxLength)
		.regex(/^[^\p{Cc}\p{Cs}]*$/u, "must be one line of text");
