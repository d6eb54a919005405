import { basename } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { chooseModels, chosenFiles, type FoundFile, findModelFiles } from "./find-models.js";
import { describeModel, hashFile, inspectModelFile } from "./inspect-file.js";
import { type CatalogueModel, findByHash, MODEL_CATALOGUE } from "./model-catalogue.js";

/** A segmentation or depth network: of the catalogue, or a file of the user's own. */
export interface ImageModelStatus {
	readonly id: string;
	readonly kind: CatalogueModel["kind"];
	readonly title: string;
	/** Address of the first file, or the file's name in the models folder. */
	readonly origin: string;
	readonly publisher: string;
	readonly licence: string;
	/** Of all files; null where the publisher does not state it. */
	readonly size_bytes: number | null;
	/** One per file; null where it could not be established. */
	readonly sha256: readonly (string | null)[];
	/** `changed`: a file is not what it was when it was pulled. */
	readonly status: "available" | "changed" | "missing";
	/** Whether photos are looked at with it. */
	readonly isUsed: boolean;
}

/** What `models verify` found out about one file. */
export interface VerifiedFile {
	/** Path from the models folder, or the file's name. */
	readonly name: string;
	readonly size_bytes: number;
	readonly sha256: string;
	/** What it is, in words; null when it is of no use here. */
	readonly holds: string | null;
	/** Inputs and outputs; null when it is no ONNX file. */
	readonly interface: string | null;
	/** The catalogue's model with this hash, or null. */
	readonly title: string | null;
	/**
	 * `published`: the hash is the catalogue's. `stated`: it is the one that was given. `unknown`: no hash to compare with.
	 * `changed`: it is not the one that it must be. `unusable`: no network that can be used.
	 */
	readonly verdict: "published" | "stated" | "unknown" | "changed" | "unusable";
	readonly isUsed: boolean;
}

/**
 * The catalogue with what is there of it, then the user's own files. Pulled files are hashed.
 *
 * @throws AppError `model_unusable` when the folder cannot be read
 */
export async function listImageModels(folder: string): Promise<ImageModelStatus[]> {
	const files = readFolder(folder);
	const used = chosenFiles(files, chooseModels(files));
	const rows: ImageModelStatus[] = [];
	const listed = new Set<FoundFile>();
	for (const model of MODEL_CATALOGUE) {
		const present = model.files.map(({ name }) => files.find((file) => file.name === `${model.id}/${name}`));
		for (const file of present) if (file !== undefined) listed.add(file);
		let status: ImageModelStatus["status"] = present.every((file) => file !== undefined) ? "available" : "missing";
		for (const file of present) {
			if (file?.sha256 != null && (await hashFile(file.path)) !== file.sha256) status = "changed";
			else if (file !== undefined && file.model === null) status = "changed";
		}
		const sizes = model.files.map((file, i) => present[i]?.size_bytes ?? file.size_bytes);
		rows.push({
			id: model.id,
			kind: model.kind,
			title: model.title,
			origin: model.files[0]?.url ?? "",
			publisher: model.publisher,
			licence: model.isNonCommercial ? `${model.licence} (no commercial use)` : model.licence,
			size_bytes: sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0 as number | null),
			sha256: model.files.map((file) => file.sha256),
			status,
			isUsed: present.some((file) => file !== undefined && used.has(file)),
		});
	}
	for (const file of files) {
		if (listed.has(file) || file.model === null) continue;
		rows.push({
			id: file.name,
			kind: file.model.kind,
			title: describeModel(file.model),
			origin: "your own file",
			publisher: "unknown",
			licence: "as stated by its publisher",
			size_bytes: file.size_bytes,
			sha256: [null],
			status: "available",
			isUsed: used.has(file),
		});
	}
	return rows;
}

/**
 * Tell of every file in the models folder, or of one file anywhere, what it is and whether it is what it should be.
 *
 * @param path a file; all of the folder's without it
 * @param sha256 the hash that the file must have
 * @throws AppError `file_not_found`, `model_unusable` when the folder cannot be read
 */
export async function verifyImageModels(folder: string, path?: string, sha256?: string): Promise<VerifiedFile[]> {
	if (path !== undefined) {
		try {
			const file = { ...inspectModelFile(path), path, name: basename(path), sha256: sha256?.toLowerCase() ?? null };
			return [await verifyFile(file, sha256 !== undefined, false)];
		} catch (cause) {
			throw new AppError("file_not_found", `${basename(path)} cannot be read.`, { cause });
		}
	}
	const files = readFolder(folder);
	const used = chosenFiles(files, chooseModels(files));
	const rows: VerifiedFile[] = [];
	for (const file of files) rows.push(await verifyFile(file, false, used.has(file)));
	return rows;
}

async function verifyFile(file: Omit<FoundFile, "title">, isStated: boolean, isUsed: boolean): Promise<VerifiedFile> {
	const sha256 = await hashFile(file.path);
	const known = findByHash(sha256);
	let verdict: VerifiedFile["verdict"] = known === null ? "unknown" : "published";
	if (file.sha256 !== null && file.sha256 !== sha256) verdict = "changed";
	else if (file.model === null) verdict = "unusable";
	else if (isStated) verdict = "stated";
	return {
		name: file.name,
		size_bytes: file.size_bytes,
		sha256,
		holds: file.model === null ? null : describeModel(file.model),
		interface: file.interface,
		title: known?.model.title ?? null,
		verdict,
		isUsed,
	};
}

function readFolder(folder: string): FoundFile[] {
	try {
		return findModelFiles(folder);
	} catch (cause) {
		throw new AppError("model_unusable", "The folder of segmentation and depth networks cannot be read.", {
			remedy: "Make the folder readable, or name another with ANNY_FITTER_VISION_MODELS.",
			cause,
		});
	}
}
