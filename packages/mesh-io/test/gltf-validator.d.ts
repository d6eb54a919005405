/** The part of the Khronos validator's interface that the tests use; the package has no types of its own. */
declare module "gltf-validator" {
	export function validateBytes(bytes: Uint8Array): Promise<{
		issues: { numErrors: number; numWarnings: number; messages: { code: string; message: string }[] };
	}>;
}
