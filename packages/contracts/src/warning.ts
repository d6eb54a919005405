import { z } from "zod";

/** Something that was done differently than asked, or on less than was hoped for. */
export const warningSchema = z
	.object({
		/** Stable, in snake_case. */
		code: z.string().regex(/^[a-z][a-z0-9_]*$/),
		/** One sentence. */
		message: z.string().min(1),
	})
	.meta({ id: "Warning" });

export type Warning = z.infer<typeof warningSchema>;
