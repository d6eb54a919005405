import { z } from "zod";

export const healthDocumentSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

/** What the server needs, and whether it answers. */
export const readinessDocumentSchema = z
	.object({
		status: z.enum(["ready", "not_ready"]),
		checks: z.record(z.string(), z.object({ ok: z.boolean(), duration_ms: z.number().nonnegative() })),
	})
	.meta({ id: "Readiness" });

export type ReadinessDocument = z.infer<typeof readinessDocumentSchema>;
