import { z } from "zod";
import { AppError } from "./errors.js";
import { parseWith } from "./invalid-input.js";

/** The three ways in which Anny reads pose parameters; they differ in the root bone only. */
export const POSE_PARAMETERIZATIONS = ["root_relative_world", "root_relative", "rest_relative"] as const;

export const poseParameterizationSchema = z.enum(POSE_PARAMETERIZATIONS);

/** Label → value. The code that knows the body model checks the labels. */
export const labelledNumbersSchema = z.record(z.string(), z.number());

/** Twelve numbers: the top three rows of a 4×4 matrix, row-major; `p' = M p`, column vectors, metres. */
export const affineSchema = z.array(z.number()).length(12, "an affine transform has 12 numbers, row-major 3×4");

/** Bone → rotation and translation; bones that are missing keep their rest pose. */
export const poseSchema = z.record(z.string(), affineSchema);

/** Parameters of one body, as files and requests carry them. What is missing has Anny's default. */
export const paramsDocumentSchema = z.strictObject({
	/** Label → 0…1; missing 0.5. */
	phenotypes: labelledNumbersSchema.default({}),
	/** Label → about −1…1; missing 0. */
	local_changes: labelledNumbersSchema.default({}),
	pose_parameterization: poseParameterizationSchema.default("root_relative_world"),
	pose: poseSchema.default({}),
	/** Whether the phenotypes may include the five that Anny's default model leaves out (race, cup size, firmness). */
	all_phenotypes: z.boolean().default(false),
});

export type PoseParameterization = z.infer<typeof poseParameterizationSchema>;
export type ParamsDocument = z.infer<typeof paramsDocumentSchema>;

/**
 * Reads body parameters from a params document or from a result document, which contains them.
 *
 * @param value parsed JSON
 * @param subject name of the document for messages, usually the file's name
 * @throws {AppError} `invalid_argument`
 */
export function parseParams(value: unknown, subject: string): ParamsDocument {
	if (!isResultDocument(value)) return parseWith(paramsDocumentSchema, value, subject);
	const parameters = Object.fromEntries(Object.entries(value).filter(([key]) => key in paramsDocumentSchema.shape));
	return parseWith(paramsDocumentSchema, parameters, subject);
}

/**
 * Reads body parameters from the text of a params or result document.
 *
 * @param text JSON
 * @param subject name of the document for messages, usually the file's name
 * @throws {AppError} `invalid_argument`
 */
export function parseParamsText(text: string, subject: string): ParamsDocument {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new AppError("invalid_argument", `${subject} is not valid JSON.`, {
			remedy: "Use a params file or the result.json of an earlier fit.",
			cause,
		});
	}
	return parseParams(value, subject);
}

function isResultDocument(value: unknown): value is object {
	return typeof value === "object" && value !== null && "schema_version" in value && "measurements" in value;
}
