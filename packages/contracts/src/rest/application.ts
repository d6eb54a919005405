import { z } from "zod";
import { modelDataSchema } from "../model-data.js";

/** What a page must know before anybody has logged in. */
export const applicationDocumentSchema = z
	.object({
		/** Of the program. */
		version: z.string(),
		/** Whether POST /auth/local lets this caller in without a password. */
		single_user: z.boolean(),
		/** Of one fit. */
		max_photos: z.int().positive(),
		max_photo_size_bytes: z.int().positive(),
		/** All photos of a fit together. */
		max_upload_size_bytes: z.int().positive(),
		/** Version of the text about consent that people are to be shown. */
		consent_version: z.string(),
		/** A page signs out after so many seconds in which nobody did anything; null: it does not. */
		idle_logout_s: z.int().positive().nullable(),
	})
	.meta({ id: "Application" });

/** Where a page gets the body model that the server uses, to build bodies itself. */
export const bodyModelDocumentSchema = z
	.object({
		/** SHA-256 of the asset, in hex. */
		digest: z.string(),
		/** Of the asset once it is decompressed. */
		size_bytes: z.int().positive(),
		url: z.string(),
		model_data: modelDataSchema,
	})
	.meta({ id: "BodyModel" });
