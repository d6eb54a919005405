declare module "heic-decode" {
	interface HeicImage {
		readonly width: number;
		readonly height: number;
		decode(): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }>;
	}
	interface HeicDecode {
		all(options: { readonly buffer: Uint8Array }): Promise<HeicImage[] & { dispose(): void }>;
	}
	const heicDecode: HeicDecode;
	export default heicDecode;
}
