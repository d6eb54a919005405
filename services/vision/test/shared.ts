import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import { type Observation, VisionService } from "@anny-fitter/contracts/rpc";
import { fromConnectError } from "@anny-fitter/platform/rpc";
import { createClient, type Transport } from "@connectrpc/connect";

export const WOMAN = readFileSync(new URL("../../../samples/woman-front.jpg", import.meta.url));

/** A grey PNG: a photo of nobody. */
export function greyPng(width: number, height: number): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 0], 8); // 8 bits, grey
	const rows = Buffer.alloc((width + 1) * height, 128);
	for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
	const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
	return Buffer.concat([
		signature,
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(rows)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, sum]);
}

export interface CallOptions {
	readonly signal?: AbortSignal;
	readonly timeoutMs?: number;
	readonly onProgress?: (stage: string) => void;
}

/** Calls the service; fails with the `AppError` that arrives. */
export async function analyse(
	transport: Transport,
	photo: Uint8Array,
	options: CallOptions = {},
): Promise<Observation> {
	const { onProgress, ...call } = options;
	let result: Observation | undefined;
	try {
		for await (const { event } of createClient(VisionService, transport).analyse({ photo, name: "photo 1" }, call)) {
			if (event.case === "progress") onProgress?.(event.value.stage);
			if (event.case === "result") result = event.value;
		}
	} catch (error) {
		throw fromConnectError(error);
	}
	if (result === undefined) throw new Error("the stream ended without a result");
	return result;
}
