import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DecoderModel, DepthModel, EncoderModel, WholeSegmentationModel } from "@anny-fitter/perception";
import { familyName, type InspectedFile, inspectModelFile } from "./inspect-file.js";
import { MODEL_CATALOGUE } from "./model-catalogue.js";

/** An ONNX file in the models folder. */
export interface FoundFile extends InspectedFile {
	readonly path: string;
	/** Path from the models folder, with `/`. */
	readonly name: string;
	/** The hash that it must have, for files that were pulled. */
	readonly sha256: string | null;
	/** How results name it. */
	readonly title: string;
}

interface Loadable {
	readonly path: string;
	/** The hash that it must have; null for the user's own files. */
	readonly sha256: string | null;
}

/** Networks to look at photos with, besides Holistic. Can be handed to a worker thread. */
export interface ChosenModels {
	readonly segmentation:
		| ({ readonly title: string } & (
				| { readonly whole: Loadable & { readonly model: WholeSegmentationModel } }
				| {
						readonly encoder: Loadable & { readonly model: EncoderModel };
						readonly decoder: Loadable & { readonly model: DecoderModel };
				  }
		  ))
		| null;
	readonly depth: ({ readonly title: string; readonly model: DepthModel } & Loadable) | null;
}

/** The best first; within a family the larger file. */
const SEGMENTATION_ORDER = ["sam", "efficient_sam", "mobile_sam"] as const;
const DEPTH_ORDER = ["depth_anything", "dpt", "midas"] as const;

/**
 * The ONNX files in a folder and its subfolders (one level deep). Unfinished downloads are not looked at.
 *
 * @throws the file system's error, except for a folder that does not exist
 */
export function findModelFiles(folder: string): FoundFile[] {
	const found: FoundFile[] = [];
	const visit = (path: string, prefix: string, isTop: boolean) => {
		for (const entry of entriesOf(path)) {
			const inside = join(path, entry.name);
			if (entry.isDirectory() && isTop) visit(inside, `${entry.name}/`, false);
			else if (entry.name.endsWith(".onnx") && !entry.isDirectory()) {
				found.push(describeFile(inside, `${prefix}${entry.name}`));
			}
		}
	};
	visit(folder, "", true);
	return found;
}

function entriesOf(path: string): Dirent[] {
	try {
		return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
		throw error;
	}
}

function describeFile(path: string, name: string): FoundFile {
	const inspected = inspectModelFile(path);
	const [folder, file] = name.split("/");
	const entry = MODEL_CATALOGUE.find((candidate) => candidate.id === folder);
	const known = entry?.files.find((candidate) => candidate.name === file);
	const family = inspected.model === null ? "unknown" : familyName(inspected.model.family);
	return {
		...inspected,
		path,
		name,
		sha256: known?.sha256 ?? null,
		title: entry !== undefined && known !== undefined ? entry.title : `${family} (${file ?? name})`,
	};
}

/**
 * Of the networks that are there, those to use. An encoder and a decoder belong together when they are the only ones of
 * their family in one folder.
 */
export function chooseModels(files: readonly FoundFile[]): ChosenModels {
	const depth = files
		.flatMap((file) => (file.model?.kind === "depth" ? [{ file, model: file.model }] : []))
		.sort((a, b) => rank(DEPTH_ORDER, a.model.family) - rank(DEPTH_ORDER, b.model.family) || bySize(a.file, b.file))[0];
	const candidates = [...wholeModels(files), ...pairedModels(files)].sort(
		(a, b) => rank(SEGMENTATION_ORDER, a.family) - rank(SEGMENTATION_ORDER, b.family) || bySize(a.file, b.file),
	);
	return {
		segmentation: candidates[0]?.segmentation ?? null,
		depth: depth === undefined ? null : { title: depth.file.title, model: depth.model, ...loadable(depth.file) },
	};
}

interface SegmentationCandidate {
	readonly family: EncoderModel["family"];
	readonly file: FoundFile;
	readonly segmentation: NonNullable<ChosenModels["segmentation"]>;
}

function wholeModels(files: readonly FoundFile[]): SegmentationCandidate[] {
	return files.flatMap((file) => {
		const { model } = file;
		if (model?.kind !== "segmentation" || model.part !== "whole") return [];
		return [{ family: model.family, file, segmentation: { title: file.title, whole: { model, ...loadable(file) } } }];
	});
}

function pairedModels(files: readonly FoundFile[]): SegmentationCandidate[] {
	const encoders = files.flatMap((file) =>
		file.model?.kind === "segmentation" && file.model.part === "encoder" ? [{ file, model: file.model }] : [],
	);
	const decoders = files.flatMap((file) =>
		file.model?.kind === "segmentation" && file.model.part === "decoder" ? [{ file, model: file.model }] : [],
	);
	return encoders.flatMap(({ file, model }) => {
		const decoderFamily = model.family === "efficient_sam" ? "efficient_sam" : "sam";
		const isNear = (other: FoundFile) => folderOf(other) === folderOf(file);
		const rivals = encoders.filter(
			(other) => isNear(other.file) && (other.model.family === "efficient_sam") === (model.family === "efficient_sam"),
		);
		const partners = decoders.filter((other) => isNear(other.file) && other.model.family === decoderFamily);
		const [partner] = partners;
		if (rivals.length !== 1 || partners.length !== 1 || partner === undefined) return [];
		return [
			{
				family: model.family,
				file,
				segmentation: {
					title: file.title,
					encoder: { model, ...loadable(file) },
					decoder: { model: partner.model, ...loadable(partner.file) },
				},
			},
		];
	});
}

/** Files of `files` that the chosen networks consist of. */
export function chosenFiles(files: readonly FoundFile[], { segmentation, depth }: ChosenModels): Set<FoundFile> {
	const paths = new Set<string>();
	if (depth !== null) paths.add(depth.path);
	if (segmentation !== null) {
		if ("whole" in segmentation) paths.add(segmentation.whole.path);
		else paths.add(segmentation.encoder.path).add(segmentation.decoder.path);
	}
	return new Set(files.filter((file) => paths.has(file.path)));
}

function loadable({ path, sha256 }: FoundFile): Loadable {
	return { path, sha256 };
}

function folderOf({ name }: FoundFile): string {
	return name.slice(0, name.lastIndexOf("/") + 1);
}

function rank<T>(order: readonly T[], value: T): number {
	return order.indexOf(value);
}

function bySize(a: FoundFile, b: FoundFile): number {
	return b.size_bytes - a.size_bytes;
}
