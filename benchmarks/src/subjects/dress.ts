import type { ShapeState } from "@anny-fitter/body-model";
import type { RandomStream } from "@anny-fitter/math";
import { createMeshTopology } from "@anny-fitter/mesh";
import { bodyVertices, type PersonModel, type PosedPerson } from "./anny-person.js";
import {
	type BodyMap,
	clothUvs,
	cutField,
	cutOut,
	easeShare,
	hiddenBelow,
	layCloth,
	mapBody,
	type Neighbours,
	neighboursOf,
	standOff,
} from "./garment.js";
import { hangCloth } from "./hanging.js";
import { proxySurface, readProxy, type WornProxy, wearProxy } from "./makehuman.js";
import { patterned } from "./patterns.js";
import type { DrawnMaterial } from "./scene.js";
import { type Surface, withoutHidden } from "./surface.js";
import type { Looks, Outfit } from "./wardrobe.js";

/** A part of the dressed person. */
export interface WornPart {
	readonly surface: Surface;
	readonly material: WornMaterial;
}

/** A material whose picture is still a file. */
export type WornMaterial =
	| { readonly kind: "skin" }
	| { readonly kind: "picture"; readonly file: string; readonly roughness: number; readonly alphaTest: number }
	| { readonly kind: "hair"; readonly file: string; readonly alphaTest: number }
	| { readonly kind: "cloth"; readonly material: DrawnMaterial };

/** What stays the same of a person between photos. */
export interface Tailor {
	readonly model: PersonModel;
	readonly shape: ShapeState;
	readonly map: BodyMap;
	readonly around: Neighbours;
	readonly uvs: Float32Array;
	/** soles below the bare feet, metres */
	readonly sole_m: number;
	readonly proxies: readonly { readonly proxy: WornProxy; readonly material: WornMaterial }[];
	readonly outfit: Outfit;
	readonly materials: readonly DrawnMaterial[];
}

const OPAQUE_EDGE = 0.35;
/** Skin this far inside a garment is left out, so that it never pokes through. */
const HIDDEN_FROM_M = 0.035;

/** Maps the body of a person, for choosing clothes. */
export function mapPerson(model: PersonModel, shape: ShapeState): BodyMap {
	const heads = model.body.boneLabels.flatMap((label) => {
		const b = model.base.boneLabels.indexOf(label);
		return [...shape.boneHeads.subarray(3 * b, 3 * b + 3)];
	});
	return mapBody(model.body, bodyVertices(model, shape.vertices), heads);
}

/** Prepares what a person wears: reads files, draws patterns, measures soles. */
export function createTailor(
	model: PersonModel,
	shape: ShapeState,
	map: BodyMap,
	outfit: Outfit,
	looks: Looks,
	random: RandomStream,
): Tailor {
	const worn = (path: string | null, material: (proxy: WornProxy) => WornMaterial) => {
		if (path === null) return [];
		const proxy = readProxy(path);
		return [{ proxy, material: material(proxy) }];
	};
	const eyes = readProxy("eyes/Low-Poly", `${looks.eyes}_eye.png`);
	const proxies = [
		{ proxy: eyes, material: { kind: "picture", file: eyes.texture, roughness: 0.25, alphaTest: 0 } as const },
		...worn(looks.eyebrows, ({ texture }) => ({ kind: "hair", file: texture, alphaTest: 0.3 })),
		...worn(looks.hair, ({ texture }) => ({ kind: "hair", file: texture, alphaTest: OPAQUE_EDGE })),
		...worn(outfit.suit, ({ texture }) => ({ kind: "picture", file: texture, roughness: 0.9, alphaTest: OPAQUE_EDGE })),
		...worn(outfit.shoes, ({ texture }) => ({
			kind: "picture",
			file: texture,
			roughness: 0.6,
			alphaTest: OPAQUE_EDGE,
		})),
	];
	const topology = createMeshTopology(model.body.triangles, model.body.vertexCount);
	return {
		model,
		shape,
		map,
		around: neighboursOf(topology.edges, model.body.vertexCount),
		uvs: clothUvs(map.rest),
		sole_m: soleOf(model, shape, proxies.at(-1)?.proxy, outfit.shoes),
		proxies,
		outfit,
		materials: [...outfit.garments, ...outfit.hangings].map(({ pattern, colours }) =>
			patterned(pattern, ...colours, random),
		),
	};
}

/** How far a shoe reaches below the bare foot. */
function soleOf(model: PersonModel, shape: ShapeState, shoe: WornProxy | undefined, name: string | null): number {
	if (shoe === undefined || name === null) return 0.002;
	const identity = new Float64Array(12 * model.base.boneLabels.length);
	for (let m = 0; m < identity.length; m += 12) for (const k of [0, 5, 10]) identity[m + k] = 1;
	const points = wearProxy(shoe, model.base, model.template, shape.vertices, { boneTransforms: identity });
	const lowest = (list: Float64Array): number => list.reduce((low, v, i) => (i % 3 === 2 ? Math.min(low, v) : low), 9);
	return Math.max(0, lowest(bodyVertices(model, shape.vertices)) - lowest(points));
}

/** Dresses a posed person. */
export function dressPerson(tailor: Tailor, posed: PosedPerson): WornPart[] {
	const { model, map, around, uvs, outfit, materials } = tailor;
	const { triangles } = model.body;
	const skin = bodyVertices(model, posed.state.vertices);
	const hidden = new Uint8Array(model.body.vertexCount);
	const below = new Float64Array(model.body.vertexCount);
	const parts: WornPart[] = [];
	const inside: number[] = [];
	const trunk = (v: number): boolean => (map.arm[v] ?? 0) < 0.3 && (map.head[v] ?? 0) < 0.5;
	for (let v = 0; v < hidden.length; v++) if (trunk(v)) inside.push(...skin.subarray(3 * v, 3 * v + 3));
	for (const [i, garment] of outfit.garments.entries()) {
		const field = cutField(map, garment.cut);
		const cloth = layCloth(skin, around, triangles, field, {
			...garment,
			share: easeShare(map, garment.cut, garment.ease_m),
			below,
		});
		for (const [v, off] of standOff(skin, cloth, triangles, field).entries()) below[v] = Math.max(below[v] ?? 0, off);
		for (let v = 0; v < hidden.length; v++) {
			if ((field[v] ?? 0) > 0 && trunk(v)) inside.push(...cloth.subarray(3 * v, 3 * v + 3));
		}
		for (const [v, value] of hiddenBelow(field, HIDDEN_FROM_M).entries()) if (value === 1) hidden[v] = 1;
		const material = materials[i];
		if (material) parts.push({ surface: cutOut(cloth, triangles, field, uvs), material: { kind: "cloth", material } });
	}
	const lift = (posed.state.boneHeads[2] ?? 0) - (tailor.shape.boneHeads[2] ?? 0);
	for (const [i, hanging] of outfit.hangings.entries()) {
		const options = { ...hanging, top_m: hanging.top_m + lift, hem_m: hanging.hem_m + lift };
		const points = Float64Array.from(inside);
		const surface = hangCloth(points, centreAt(points, options.top_m), options);
		const material = materials[outfit.garments.length + i];
		if (material) parts.push({ surface, material: { kind: "cloth", material } });
	}
	for (const { proxy, material } of tailor.proxies) {
		const points = wearProxy(proxy, model.base, model.template, tailor.shape.vertices, posed.state);
		parts.push({ surface: proxySurface(proxy, points), material });
		for (const [v, base] of model.body.baseVertexIndices.entries()) if (proxy.hidden[base] === 1) hidden[v] = 1;
	}
	return [{ surface: withoutHidden(skinSurface(model, skin), hidden), material: { kind: "skin" } }, ...parts];
}

/** The body's surface with the skin's texture coordinates. */
export function skinSurface({ body }: PersonModel, positions: Float64Array): Surface {
	const triangleUvs = Uint32Array.from(body.triangles, (vertex, i) => {
		const quad = 4 * Math.floor(i / 6);
		for (let k = 0; k < 4; k++) if (body.quads[quad + k] === vertex) return body.quadUvs[quad + k] ?? 0;
		throw new RangeError("A triangle has a corner that its quad lacks.");
	});
	return { positions, triangles: body.triangles, triangleUvs, uvs: body.uvs };
}

/** Middle of the points near a height: x, y. */
function centreAt(points: Float64Array, z: number): [number, number] {
	let [x, y, count] = [0, 0, 0];
	for (let i = 0; i < points.length; i += 3) {
		if (Math.abs((points[i + 2] ?? 0) - z) > 0.05) continue;
		x += points[i] ?? 0;
		y += points[i + 1] ?? 0;
		count++;
	}
	return [x / count, y / count];
}
