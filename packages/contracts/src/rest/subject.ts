import { z } from "zod";
import { oneLineTextSchema } from "../one-line-text.js";
import { pageOf, pagingQuerySchema } from "./paging.js";

export const SUBJECT_GENDERS = ["male", "female", "other", "unspecified"] as const;
export const SUBJECT_ORDERS = ["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"] as const;

const nameSchema = oneLineTextSchema(255);

const dateOfBirthSchema = z.iso.date().meta({ example: "1990-04-23" });

export const newSubjectSchema = z
	.strictObject({
		name: nameSchema.nullable().optional(),
		date_of_birth: dateOfBirthSchema.nullable().optional(),
		gender: z.enum(SUBJECT_GENDERS).nullable().optional(),
	})
	.meta({ id: "NewSubject", example: { name: "Ada", date_of_birth: "1990-04-23", gender: "female" } });

/** What is left out stays; null empties. */
export const subjectChangeSchema = z
	.strictObject({
		name: nameSchema.nullable().optional(),
		date_of_birth: dateOfBirthSchema.nullable().optional(),
		gender: z.enum(SUBJECT_GENDERS).nullable().optional(),
	})
	.refine((change) => Object.keys(change).length > 0, "must change something")
	.meta({ id: "SubjectChange" });

export const subjectDocumentSchema = z
	.object({
		subject_id: z.uuid(),
		name: z.string().nullable(),
		/** Of an anonymised subject only the year is kept: the first of January stands for it. */
		date_of_birth: z.iso.date().nullable(),
		gender: z.enum(SUBJECT_GENDERS).nullable(),
		/** Name and day of birth were removed for good. */
		anonymized: z.boolean(),
		/** Made by a fit that named no subject. */
		created_by_fit: z.boolean(),
		created_at: z.iso.datetime(),
		updated_at: z.iso.datetime(),
	})
	.meta({ id: "Subject" });

export const subjectListQuerySchema = pagingQuerySchema.extend({
	/** Part of the name, in any case. */
	search: oneLineTextSchema(255).optional(),
	/** A leading minus means descending. */
	order: z.enum(SUBJECT_ORDERS).default("-created_at"),
	/** Only those that are, or are not, anonymised. */
	anonymized: z.enum(["true", "false"]).optional(),
});

export const subjectPageSchema = pageOf("subjects", subjectDocumentSchema).meta({ id: "SubjectPage" });

export type SubjectDocument = z.infer<typeof subjectDocumentSchema>;
