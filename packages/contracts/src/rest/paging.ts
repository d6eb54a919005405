import { z } from "zod";

/** Which part of a list is wanted. */
export const pagingQuerySchema = z.object({
	/** Most entries in the answer. */
	limit: z.coerce.number().int().min(1).max(100).default(20),
	/** Entries to skip. */
	offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

/** A part of a list under its plural name, and how long the whole list is. */
export function pageOf<Name extends string, Item extends z.ZodType>(name: Name, item: Item) {
	return z.object({
		...({ [name]: z.array(item) } as Record<Name, z.ZodArray<Item>>),
		/** Number of entries without paging. */
		total: z.int().nonnegative(),
		limit: z.int(),
		offset: z.int(),
	});
}
