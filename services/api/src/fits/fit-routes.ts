import { randomUUID } from "node:crypto";
import { AppError, fitAcceptedSchema, STATED_SOURCES } from "@anny-fitter/contracts";
import multipart from "@fastify/multipart";
import { validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import { auditOrigin } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { discardRest } from "../http/discard-rest.js";
import { readIdempotencyKey } from "../idempotency/idempotency-keys.js";
import { admitFit } from "./admit-fit.js";
import { createFitSession } from "./create-fit-session.js";
import { MULTIPART_REMEDY, readFitUpload } from "./read-fit-upload.js";
import { sessionDocument } from "./session-document.js";
import { SessionFeed } from "./session-feed.js";

/** For the documentation: the body is read part by part, not parsed into an object. */
const bodySchema = z.object({
	photos: z.array(z.string().meta({ format: "binary" })).meta({ description: "1 to 8 photos of one person." }),
	views: z.string().optional().meta({ description: 'JSON list of views, such as ["front", "side"].' }),
	subject_id: z.uuid().optional(),
	stature_m: z.number().optional(),
	weight_kg: z.number().optional(),
	date_of_birth: z.iso.date().optional(),
	age_years: z.number().optional(),
	sex: z.enum(["male", "female", "unspecified"]).optional(),
	measures: z.string().optional().meta({ description: 'JSON object of metres, such as {"waist_girth": 0.82}.' }),
	stature_source: z.enum(STATED_SOURCES).optional().meta({
		description: "How the stature is known: `measured` (the default), or `estimated` from memory, ± 2 cm.",
	}),
	weight_source: z.enum(STATED_SOURCES).optional().meta({
		description: "How the weight is known: `measured` on a scale, ± 1.5 %, or `estimated` from memory, ± 4 %.",
	}),
});

/** POST /fit. */
export async function registerFitRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { config, vault } = dependencies;
	const feed = new SessionFeed(dependencies);
	await api.register(multipart, { throwFileSizeLimit: false });
	api.post(
		"/fit",
		{
			schema: {
				summary: "Fit a body to photos",
				description: "Takes the photos and answers at once; the session tells how far the fit is.",
				tags: ["fits"],
				consumes: ["multipart/form-data"],
				headers: z.object({ "idempotency-key": z.string().optional() }),
				body: bodySchema,
				response: { 202: fitAcceptedSchema },
			},
			validatorCompiler: (route) =>
				route.httpPart === "body"
					? (value: unknown) => ({ value })
					: validatorCompiler(route as unknown as Parameters<typeof validatorCompiler>[0]),
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
			const sessionId = randomUUID();
			try {
				if (!request.isMultipart()) {
					throw new AppError("unsupported_media_type", "A fit takes multipart/form-data.", {
						remedy: MULTIPART_REMEDY,
					});
				}
				await admitFit(dependencies, actor, idempotencyKey);
				const upload = await readFitUpload(request, sessionId, dependencies);
				const { row, isNew } = await createFitSession(dependencies, {
					sessionId,
					upload,
					idempotencyKey,
					actor,
					origin: auditOrigin(request),
				});
				if (isNew) await feed.publish(actor.userId, sessionDocument(row));
				else await vault.wipe(sessionId);
				const status_url = `/api/v1/sessions/${row.session_id}`;
				return reply
					.code(202)
					.header("location", status_url)
					.send({ session_id: row.session_id, status_url, events_url: `${status_url}/events` });
			} catch (error) {
				await vault.wipe(sessionId);
				discardRest(request.raw, config.requestTimeout_ms);
				throw error;
			}
		},
	);
}
