import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(?:js|mjs|css|html|svg|json|webmanifest|wasm|onnx)$/;
const MINIMUM_BYTES = 1024;
/** Beyond this the best quality takes tens of seconds. */
const LARGE_BYTES = 2_000_000;

/** Writes `.br` and `.gz` beside every text, WebAssembly and network file, so that the server compresses nothing. */
export function compressedCopies(): Plugin {
	let folder = "";
	return {
		name: "compressed-copies",
		apply: "build",
		enforce: "post",
		configResolved: (config) => {
			folder = resolve(config.root, config.build.outDir);
		},
		closeBundle: {
			order: "post",
			sequential: true,
			handler: async () => {
				const entries = await readdir(folder, { recursive: true });
				await Promise.all(
					entries.filter((name) => COMPRESSIBLE.test(name)).map((name) => compress(join(folder, name))),
				);
			},
		},
	};
}

async function compress(path: string): Promise<void> {
	const content = await readFile(path);
	if (content.length < MINIMUM_BYTES) return;
	const isLarge = content.length > LARGE_BYTES;
	const [small, classic] = await Promise.all([
		promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: isLarge ? 5 : 9 } }),
		promisify(gzip)(content, { level: isLarge ? 6 : 9 }),
	]);
	await Promise.all([writeFile(`${path}.br`, small), writeFile(`${path}.gz`, classic)]);
}
