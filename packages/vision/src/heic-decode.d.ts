declare module "heic-decode" {
	export interface HeicImage {
		readonly width: number;
		readonly height: number;
		decode(): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }>;
	}
	/** Opens a file; pixels are decoded image by image. */
	export function all(options: { readonly buffer: Uint8Array }): Promise<HeicImage[] & { dispose(): void }>;
}
