import { z } from "zod";

/** Which part of a list is wanted. */
export const pagingQuerySchema = z.object({
	/** Most entries in the answer. */
	limit: z.coerce.number().int().min(1).max(100).default(20),
	/** Entries to skip. */
	offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

/** A part of a list, and how long the list is. */
export function pageOf<Item extends z.ZodType>(item: Item) {
	return z.object({
		items: z.array(item),
		/** Entries of the whole list. */
		total: z.int().nonnegative(),
		limit: z.int(),
		offset: z.int(),
	});
}
