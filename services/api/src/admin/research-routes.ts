import { researchMeasurementSchema, researchPageSchema, researchQuerySchema } from "@anny-fitter/contracts";
import { sql } from "kysely";
import { z } from "zod";
import { csvLine } from "../account/csv.js";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";

type ResearchMeasurement = z.infer<typeof researchMeasurementSchema>;

/** Measurements without identity, through a view that the database restricts to consented, anonymised subjects. */
export function registerResearchRoutes(api: Api, { database }: ApiDependencies): void {
	api.get(
		"/research/measurements",
		{
			config: { access: "researcher", rateLimit: "hourly" },
			schema: {
				summary: "De-identified measurements",
				description: "Of anonymised subjects whose users agreed to research; as JSON or CSV.",
				tags: ["research"],
				querystring: researchQuerySchema,
				response: {
					200: {
						description: "Measurements in a stable order",
						content: {
							"application/json": { schema: researchPageSchema },
							"text/csv": { schema: z.string() },
						},
					},
				},
			},
		},
		async (request, reply) => {
			const { format, measurement_type, limit, offset } = request.query;
			// An administrator may read the same; the view knows researchers only.
			const actor = { ...actorOf(request), role: "researcher" as const };
			// First, and where it can be written: what cannot be noted is not read.
			await database.asUser(actor, (tx) => recordAudit(tx, auditOrigin(request), { action: "research_read" }));
			const rows = await database.readAsUser(actor, async (tx) => {
				const { rows } = await sql<ResearchMeasurement>`
					select m.research_subject_id, m.research_model_id, s.gender, s.birth_year, m.measured_year,
						m.measurement_type, m.value, m.unit, m.sigma, m.interval90_low, m.interval90_high, m.confidence,
						m.extracted_from
					from research_measurements m join research_subjects s using (research_subject_id)
					where ${measurement_type ?? null}::text is null or m.measurement_type = ${measurement_type ?? null}
					order by m.research_subject_id, m.research_model_id, m.measurement_type, m.extracted_from
					limit ${limit} offset ${offset}`.execute(tx);
				return rows;
			});
			if (format === "json") return { measurements: rows, limit, offset };
			const columns = Object.keys(researchMeasurementSchema.shape) as (keyof ResearchMeasurement)[];
			const lines = rows.map((row) => csvLine(columns.map((column) => row[column])));
			reply.type("text/csv; charset=utf-8").header("content-disposition", 'attachment; filename="measurements.csv"');
			return csvLine(columns) + lines.join("");
		},
	);
}
