import { createHash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type ImageModel, type OnnxInterface, readOnnxInterface, recogniseImageModel } from "@anny-fitter/perception";

/** What an ONNX file holds. */
export interface InspectedFile {
	readonly size_bytes: number;
	/** Null when its interface is none that can be used. */
	readonly model: ImageModel | null;
	/** Inputs and outputs in words; null when it is no ONNX file. */
	readonly interface: string | null;
}

const WINDOW_BYTES = 1 << 16;

/**
 * Tell what a file holds from its graph; its weights are not read.
 *
 * @throws the file system's error
 */
export function inspectModelFile(path: string): InspectedFile {
	const file = openSync(path, "r");
	try {
		const size_bytes = fstatSync(file).size;
		let start = 0;
		let window: Uint8Array = new Uint8Array(0);
		const read = (offset: number, length: number): Uint8Array => {
			if (offset < start || offset + length > start + window.length) {
				const bytes = new Uint8Array(Math.max(WINDOW_BYTES, length));
				window = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
				start = offset;
			}
			return window.subarray(offset - start, offset - start + length);
		};
		try {
			const described = readOnnxInterface({ length: size_bytes, read });
			return { size_bytes, model: recogniseImageModel(described), interface: describeInterface(described) };
		} catch (error) {
			if (error instanceof RangeError) return { size_bytes, model: null, interface: null };
			throw error;
		}
	} finally {
		closeSync(file);
	}
}

/** SHA-256 of a file, in hex. @throws the file system's error */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(path), hash, signal === undefined ? {} : { signal });
	return hash.digest("hex");
}

function describeInterface({ inputs, outputs }: OnnxInterface): string {
	const list = (values: OnnxInterface["inputs"]) =>
		values.map(({ name, dimensions }) => `${name} [${dimensions.map((size) => size ?? "?").join(", ")}]`).join(", ");
	return `${list(inputs)} → ${list(outputs)}`;
}

const FAMILIES = {
	sam: "SAM",
	mobile_sam: "MobileSAM",
	efficient_sam: "EfficientSAM",
	depth_anything: "Depth Anything",
	dpt: "DPT",
	midas: "MiDaS",
} as const;

/** Name of a network's family, such as `MobileSAM`. */
export function familyName(family: keyof typeof FAMILIES): string {
	return FAMILIES[family];
}

/** What a network is, in words. */
export function describeModel(model: ImageModel): string {
	if (model.kind === "depth") {
		const gives = model.gives === "depth" ? "metric depth" : "relative inverse depth";
		return `${familyName(model.family)}, ${gives}`;
	}
	if (model.part === "whole") return `${familyName(model.family)}, segmentation`;
	const family = model.part === "decoder" && model.family === "sam" ? "SAM or MobileSAM" : familyName(model.family);
	return `${family}, ${model.part} for segmentation`;
}
