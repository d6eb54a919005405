/** What the page is asked to draw; plain JSON, arrays as base64 of their bytes. */
export interface DrawnMaterial {
	/** sRGB 0…1; multiplies the texture */
	readonly colour: readonly [number, number, number];
	/** address of a picture, or null */
	readonly picture: string | null;
	/** a square of RGBA bytes that repeats, or null */
	readonly pattern: { readonly size: number; readonly rgba: string; readonly tile_m: number } | null;
	readonly roughness: number;
	/** below this opacity nothing is drawn, 0…1; 0 opaque */
	readonly alphaTest: number;
	readonly isDoubleSided: boolean;
}

export interface DrawnMesh {
	readonly positions: string;
	readonly normals: string;
	readonly uvs: string;
	readonly indices: string;
	readonly material: DrawnMaterial;
	/** whether it belongs to the person and what they wear */
	readonly isPerson: boolean;
}

export interface DrawnLight {
	readonly kind: "sun" | "lamp" | "sky";
	readonly colour: readonly [number, number, number];
	readonly intensity: number;
	/** metres, world; where a sky's light comes from is always up */
	readonly position: readonly [number, number, number];
	readonly hasShadow: boolean;
}

export interface DrawnScene {
	readonly width: number;
	readonly height: number;
	readonly focal_px: number;
	/** [12] row-major 3×4 */
	readonly cameraFromWorld: readonly number[];
	readonly background: readonly [number, number, number];
	readonly exposure: number;
	readonly meshes: readonly DrawnMesh[];
	readonly lights: readonly DrawnLight[];
	/** Only the silhouettes are wanted. */
	readonly isMaskOnly: boolean;
}

export interface DrawnPicture {
	/** PNG, base64; empty when only the mask was wanted */
	readonly photo: string;
	/** one bit per pixel, rows from the top, most significant bit first; base64: the person and what they wear */
	readonly mask: string;
}

export function bytesToBase64(array: Float32Array | Uint32Array | Uint8Array): string {
	return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}
