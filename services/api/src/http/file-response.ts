import { z } from "zod";

/** Describes an answer that is a file of one of these types; it is sent as it is. */
export function fileResponse(description: string, types: readonly string[]) {
	const schema = z.any().meta({ type: "string", format: "binary" });
	return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}
