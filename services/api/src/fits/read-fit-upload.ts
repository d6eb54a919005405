import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { PhotoVault } from "@anny-fitter/platform/vault";
// Its types extend the request.
import type {} from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { addFitField, FIT_FIELDS, type FitFields, PHOTO_FIELD, requireKnownName } from "./fit-fields.js";
import { requirePhoto } from "./sniff-photo.js";

/** Most photos of one fit. */
export const MAX_PHOTOS = 8;
export const MULTIPART_REMEDY = "Send the photos as files named photos (curl: -F photos=@photo.jpg).";
const MAX_FIELD_SIZE_BYTES = 16 * 1024;

export interface FitUpload {
	readonly fields: FitFields;
	/** SHA-256 of each photo, in their order. */
	readonly photoHashes: readonly Buffer[];
}

/**
 * Reads a multipart request. Photos go piece by piece into the vault, under the session's id and their number; nothing
 * of them is kept elsewhere. Fields may come before, between and after them.
 *
 * @throws AppError for whatever is wrong with the upload; the caller wipes the vault
 */
export async function readFitUpload(
	request: FastifyRequest,
	sessionId: string,
	means: { readonly vault: PhotoVault; readonly config: ServerConfig; readonly now: () => Date },
): Promise<FitUpload> {
	const { vault, config, now } = means;
	const budget = { left_bytes: config.maxUploadSize_bytes };
	refuseDeclaredSize(request, config.maxUploadSize_bytes);
	const fields: FitFields = {};
	const photoHashes: Buffer[] = [];
	const limits = {
		fileSize: config.maxPhotoSize_bytes + 1,
		fieldSize: MAX_FIELD_SIZE_BYTES,
		fieldNameSize: 100,
		fields: FIT_FIELDS.length + 1,
		files: MAX_PHOTOS + 1,
		parts: FIT_FIELDS.length + MAX_PHOTOS + 2,
		headerPairs: 20,
	};
	// Nobody would tell the parser of it later.
	if (request.raw.destroyed) throw damagedUpload();
	try {
		for await (const part of request.parts({ limits })) {
			if (part.type === "field") {
				if (part.valueTruncated) {
					throw new AppError("invalid_argument", "A field is longer than 16 KiB.", { remedy: "Send less text." });
				}
				addFitField(fields, part.fieldname, part.value, now());
				continue;
			}
			requireKnownName(part.fieldname, [PHOTO_FIELD]);
			if (photoHashes.length === MAX_PHOTOS) throw tooManyPhotos();
			const index = photoHashes.length;
			const name = photoName(index);
			const content = withinBudget(requirePhoto(part.file, name), budget, config.maxUploadSize_bytes);
			const stored = await vault.store(sessionId, index, content, { maxSize_bytes: config.maxPhotoSize_bytes });
			refuseRepeated(photoHashes, stored.sha256);
			photoHashes.push(stored.sha256);
		}
	} catch (error) {
		throw uploadError(error);
	}
	if (photoHashes.length === 0) {
		throw new AppError("invalid_argument", "The request holds no photo.", {
			remedy: `Send 1 to ${MAX_PHOTOS} files as parts named ${PHOTO_FIELD}.`,
			details: { field: PHOTO_FIELD },
		});
	}
	return { fields, photoHashes };
}

/** How messages and results name a photo; the client's file names are not kept. */
export function photoName(index: number): string {
	return `photo ${index + 1}`;
}

function refuseDeclaredSize(request: FastifyRequest, limit_bytes: number): void {
	// Some room for the multipart format itself.
	if (Number(request.headers["content-length"] ?? 0) > limit_bytes + 64 * 1024) throw uploadTooLarge(limit_bytes);
}

async function* withinBudget(
	content: AsyncIterable<Uint8Array>,
	budget: { left_bytes: number },
	limit_bytes: number,
): AsyncGenerator<Uint8Array> {
	for await (const piece of content) {
		budget.left_bytes -= piece.length;
		if (budget.left_bytes < 0) throw uploadTooLarge(limit_bytes);
		yield piece;
	}
}

function uploadTooLarge(limit_bytes: number): AppError {
	return new AppError("upload_too_large", `All photos together are larger than ${Math.floor(limit_bytes / 1e6)} MB.`, {
		details: { limit_bytes },
	});
}

function tooManyPhotos(): AppError {
	return new AppError("invalid_argument", `A fit takes 1 to ${MAX_PHOTOS} photos.`, {
		remedy: "Send one to eight photos of the same person.",
		details: { field: PHOTO_FIELD },
	});
}

/** A photo that counts twice makes a result look more certain than it is. */
function refuseRepeated(hashes: readonly Buffer[], hash: Buffer): void {
	const same = hashes.findIndex((other) => other.equals(hash));
	if (same < 0) return;
	throw new AppError("invalid_argument", `Photo ${hashes.length + 1} is the same as ${photoName(same)}.`, {
		remedy: "Send each photo once.",
		details: { field: PHOTO_FIELD },
	});
}

/** Failures of the multipart parser in the words of the error table. */
function uploadError(error: unknown): unknown {
	if (error instanceof AppError || !(error instanceof Error)) return error;
	const code = "code" in error ? error.code : undefined;
	if (code === "FST_FILES_LIMIT") return tooManyPhotos();
	if (code === "FST_FIELDS_LIMIT" || code === "FST_PARTS_LIMIT") {
		return new AppError("invalid_argument", "The request has more parts than there are fields.", {
			remedy: `Send each of ${FIT_FIELDS.join(", ")} at most once.`,
		});
	}
	if (code === "FST_INVALID_MULTIPART_CONTENT_TYPE") {
		return new AppError("unsupported_media_type", "A fit takes multipart/form-data.", {
			remedy: MULTIPART_REMEDY,
			cause: error,
		});
	}
	const isMultipartError = typeof code === "string" && code.startsWith("FST_");
	// Of a boundary that is too long the parser speaks as a needle.
	if (
		isMultipartError ||
		/multipart|part header|terminated early|premature|aborted|boundary|needle/i.test(error.message)
	) {
		return damagedUpload(error);
	}
	return error;
}

function damagedUpload(cause?: Error): AppError {
	return new AppError("invalid_argument", "The multipart body is damaged or ended early.", {
		remedy: "Send the request again.",
		...(cause === undefined ? {} : { cause }),
	});
}
