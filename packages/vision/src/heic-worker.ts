/** Entry of a short-lived worker thread: HEIC decoding blocks its thread for seconds and its memory never shrinks. */
import { parentPort, workerData } from "node:worker_threads";
import { all } from "heic-decode";

/** What the worker is started with. */
export interface HeicRequest {
	readonly bytes: Uint8Array;
	readonly maxPixels: number;
}

/** Size and, unless there are too many, pixels of the first image. */
export interface HeicReply {
	readonly width: number;
	readonly height: number;
	readonly imageCount: number;
	/** [width * height * 4], or `null` when the image has more than `maxPixels`. */
	readonly rgba: Uint8Array | null;
}

if (parentPort === null) throw new Error("heic-worker runs only as a worker thread");

const { bytes, maxPixels } = workerData as HeicRequest;
const images = await all({ buffer: bytes });
const first = images[0];
if (first === undefined) throw new Error("the file holds no image");
const { width, height } = first;
let rgba: Uint8Array<ArrayBuffer> | null = null;
if (width * height <= maxPixels) {
	const { data } = await first.decode();
	rgba = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
}
// This thread's copy of the file.
bytes.fill(0);
const reply: HeicReply = { width, height, imageCount: images.length, rgba };
parentPort.postMessage(reply, rgba === null ? [] : [rgba.buffer]);
