import { promisify } from "node:util";
import { constants, brotliCompress as startBrotli } from "node:zlib";
import { AppError, bodyModelDocumentSchema } from "@anny-fitter/contracts";
import { type BodyModelAsset, openBodyModelAsset } from "@anny-fitter/platform";
import { z } from "zod";
import type { ApiDependencies } from "../dependencies.js";
import { accepts } from "../http/accepts.js";
import type { Api } from "../http/api-instance.js";
import { fileResponse } from "../http/file-response.js";

const brotliCompress = promisify(startBrotli);
/** 11.8 MB become 3.3 MB in 1.2 s; the next steps take four times as long for 3 % less. gzip saves a quarter only. */
const BROTLI_QUALITY = 5;

interface ServedAsset extends BodyModelAsset {
	/** Brotli; made once, beside the event loop. */
	readonly compressed: Promise<Buffer>;
}

/** The compiled body model, so that pages can build and measure bodies as the server does. */
export async function registerBodyModelRoutes(api: Api, { config }: ApiDependencies): Promise<void> {
	let opening: Promise<ServedAsset> | undefined;
	/** Opened when first asked for, and kept; a failure is tried again. */
	const open = (): Promise<ServedAsset> => {
		opening ??= openAsset(config.modelDataDir).catch((error) => {
			opening = undefined;
			throw error;
		});
		return opening;
	};

	api.get(
		"/body-model",
		{
			schema: {
				summary: "Which body model the server uses, and where to get it",
				tags: ["models"],
				response: { 200: bodyModelDocumentSchema },
			},
		},
		async () => {
			const { sha256, bytes, modelData } = await open();
			return {
				digest: sha256,
				size_bytes: bytes.length,
				url: `/api/v1/body-model/${sha256}`,
				model_data: modelData,
			};
		},
	);

	api.get(
		"/body-model/:digest",
		{
			config: { rateLimit: "hourly" },
			// Not again for each request.
			compress: false,
			schema: {
				summary: "The compiled body model",
				description:
					"The same address is always the same file. With Brotli where the caller takes it; `content-length` is what " +
					"travels, `x-uncompressed-length` what arrives.",
				tags: ["models"],
				params: z.object({ digest: z.string().max(100) }),
				response: {
					200: fileResponse("The asset", ["application/octet-stream"]),
					304: z.undefined().describe("Not changed"),
				},
			},
		},
		async (request, reply) => {
			const { sha256, bytes, compressed } = await open();
			if (request.params.digest !== sha256) {
				throw new AppError("not_found", "The server uses another body model.", {
					remedy: "GET /api/v1/body-model says which.",
				});
			}
			const isCompressed = accepts(request.headers["accept-encoding"], "br");
			const body = isCompressed ? await compressed : bytes;
			if (isCompressed) reply.header("content-encoding", "br");
			return reply
				.type("application/octet-stream")
				.header("cache-control", "private, max-age=31536000, immutable")
				.header("vary", "Accept-Encoding")
				.header("etag", `"${sha256.slice(0, 27)}${isCompressed ? "-br" : ""}"`)
				.header("x-uncompressed-length", bytes.length)
				.send(body);
		},
	);
}

async function openAsset(modelDataDir: string | undefined): Promise<ServedAsset> {
	const asset = await openBodyModelAsset({ modelDataDir });
	const params = {
		[constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
		[constants.BROTLI_PARAM_SIZE_HINT]: asset.bytes.length,
	};
	const compressed = brotliCompress(asset.bytes, { params });
	// Whoever asks for it meets the failure.
	compressed.catch(() => undefined);
	return { ...asset, compressed };
}
