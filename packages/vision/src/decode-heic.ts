import { Worker } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import type { HeicReply, HeicRequest } from "./heic-worker.js";

/** First image of a HEIC file, upright; colours as encoded (see `readHeicMetadata`). */
export interface HeicPixels {
	readonly width: number;
	readonly height: number;
	readonly imageCount: number;
	/** [width * height * 4] */
	readonly rgba: Uint8Array;
}

/** No photo takes this long; damaged files may keep the decoder busy. */
const TIMEOUT_MS = 60_000;

/**
 * Decode a HEIC file in a worker thread of its own.
 *
 * @param maxPixels larger images are not decoded
 * @param checkSize called with the size of the image; throws if it is not acceptable, and must for more than `maxPixels`
 * @throws AppError `damaged_image`, or what `checkSize` throws
 */
export async function decodeHeic(
	bytes: Uint8Array,
	maxPixels: number,
	checkSize: (width: number, height: number) => void,
): Promise<HeicPixels> {
	const reply = await runWorker({ bytes, maxPixels });
	checkSize(reply.width, reply.height);
	if (reply.rgba === null) throw new RangeError("checkSize accepted an image that is too large to decode");
	return { ...reply, rgba: reply.rgba };
}

function runWorker(request: HeicRequest): Promise<HeicReply> {
	const worker = new Worker(new URL("./heic-worker.js", import.meta.url), {
		workerData: request,
		execArgv: [],
		// The decoder prints its complaints about damaged files; the error says it better.
		stdout: true,
		stderr: true,
	});
	let timer: NodeJS.Timeout | undefined;
	return new Promise<HeicReply>((resolve, reject) => {
		const fail = (cause: unknown) =>
			reject(new AppError("damaged_image", "The photo file is damaged or incomplete.", { cause }));
		timer = setTimeout(() => fail(new Error("decoding took too long")), TIMEOUT_MS);
		worker.once("message", resolve);
		worker.once("error", fail);
		worker.once("exit", () => fail(new Error("the decoder stopped")));
	}).finally(() => {
		clearTimeout(timer);
		void worker.terminate();
	});
}
