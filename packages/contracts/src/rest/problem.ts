import { z } from "zod";

/** Every error of the REST API, as `application/problem+json` (RFC 9457). */
export const problemSchema = z
	.object({
		/** Stable name of the kind of problem: `urn:anny-fitter:problem:` and the code. */
		type: z.string(),
		title: z.string(),
		status: z.int(),
		/** A code of the error table. */
		code: z.string(),
		/** One sentence that names the cause. */
		detail: z.string(),
		/** One sentence that says what to do. */
		remedy: z.string(),
		/** The same as the header `x-request-id`; names the request in the server's log. */
		request_id: z.string(),
		/** When to try again, as in the header Retry-After. */
		retry_after_s: z.int().nonnegative().optional(),
		/** Fields of the request that are not valid; their values are not repeated. */
		errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
	})
	.meta({
		id: "Problem",
		example: {
			type: "urn:anny-fitter:problem:not_found",
			title: "Not found",
			status: 404,
			code: "not_found",
			detail: "There is no subject with this id.",
			remedy: "Check the address and the id.",
			request_id: "6f1f3f52-64a5-4a4e-a1ce-4b1b9a2f9d8b",
		},
	});

export type ProblemDocument = z.infer<typeof problemSchema>;
