/** From a dressed person to the photo and its masks. */

import type { RandomStream } from "@anny-fitter/math";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import { bodyVertices, type PersonModel, type PosedPerson } from "./anny-person.js";
import { type SubjectCamera, toCamera } from "./camera.js";
import type { WornMaterial, WornPart } from "./dress.js";
import { greyHair, plainPng } from "./image.js";
import type { Rgb } from "./patterns.js";
import { drawRoom } from "./room.js";
import { bytesToBase64, type DrawnMaterial, type DrawnMesh, type DrawnScene } from "./scene.js";
import type { Studio } from "./studio.js";
import { drawable, type Surface } from "./surface.js";

/** Colours of what has pictures. */
export interface Complexion {
	/** file of the skin's picture */
	readonly skin: string;
	readonly hair: Rgb;
}

/** The scene of a dressed person in a room. */
export async function sceneOf(
	studio: Studio,
	parts: readonly WornPart[],
	complexion: Complexion,
	camera: SubjectCamera,
	random: RandomStream,
): Promise<DrawnScene> {
	const room = drawRoom(random);
	const meshes: DrawnMesh[] = room.parts.map(({ surface, material }) => meshOf(surface, material, false));
	for (const { surface, material } of parts) {
		meshes.push(meshOf(surface, await materialOf(studio, material, complexion), true));
	}
	return {
		width: camera.width,
		height: camera.height,
		focal_px: camera.focal_px,
		cameraFromWorld: [...camera.cameraFromWorld],
		background: room.background,
		exposure: room.exposure,
		lights: room.lights,
		meshes,
		isMaskOnly: false,
	};
}

/** A surface as the page takes it. */
export function meshOf(surface: Surface, material: DrawnMaterial, isPerson: boolean): DrawnMesh {
	const { positions, normals, uvs, indices } = drawable(surface);
	return {
		positions: bytesToBase64(positions),
		normals: bytesToBase64(normals),
		uvs: bytesToBase64(uvs),
		indices: bytesToBase64(indices),
		material,
		isPerson,
	};
}

async function materialOf(studio: Studio, material: WornMaterial, { skin, hair }: Complexion): Promise<DrawnMaterial> {
	const opaque = { colour: [1, 1, 1] as const, pattern: null, alphaTest: 0, isDoubleSided: false };
	switch (material.kind) {
		case "cloth":
			return material.material;
		case "skin":
			return { ...opaque, picture: await studio.picture(skin, () => plainPng(skin, true)), roughness: 0.6 };
		case "hair": {
			const { file, alphaTest } = material;
			const picture = await studio.picture(`grey ${file}`, () => greyHair(file));
			return { colour: hair, picture, pattern: null, alphaTest, isDoubleSided: true, roughness: 0.75 };
		}
		case "picture": {
			const { file, alphaTest, roughness } = material;
			const picture = await studio.picture(file, () => plainPng(file, alphaTest === 0));
			return { ...opaque, picture, alphaTest, isDoubleSided: true, roughness };
		}
	}
}

/** Silhouette of the naked body, by the product's own rasteriser: `[width*height]`, 0 outside. */
export function bodyMask(model: PersonModel, posed: PosedPerson, camera: SubjectCamera): Uint8Array {
	const out = new Uint8Array(camera.width * camera.height);
	rasterizeSilhouette(
		out,
		{
			vertices: toCamera(camera.cameraFromWorld, bodyVertices(model, posed.state.vertices)),
			triangles: model.body.triangles,
		},
		{
			width: camera.width,
			height: camera.height,
			focal_px: camera.focal_px,
			cx_px: camera.width / 2,
			cy_px: camera.height / 2,
		},
	);
	return out;
}

/** Adds a silhouette to a mask of bits: the body is part of all that is seen. Where cloth stands in front, nothing changes. */
export function uniteMasks(bits: Uint8Array, silhouette: Uint8Array, width: number): void {
	const row = Math.ceil(width / 8);
	for (const [i, value] of silhouette.entries()) {
		if (value === 0) continue;
		const at = Math.floor(i / width) * row + ((i % width) >> 3);
		bits[at] = (bits[at] ?? 0) | (0x80 >> ((i % width) & 7));
	}
}

/** x0, y0, x1, y1 of the set bits. */
export function boundsOf(bits: Uint8Array, width: number, height: number): [number, number, number, number] {
	const out: [number, number, number, number] = [width, height, 0, 0];
	const row = Math.ceil(width / 8);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if ((((bits[y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 0) continue;
			out[0] = Math.min(out[0], x);
			out[1] = Math.min(out[1], y);
			out[2] = Math.max(out[2], x + 1);
			out[3] = Math.max(out[3], y + 1);
		}
	}
	return out;
}
