import { answer, api, apiFetch, problemOf } from "../api/client.js";
import type { BodyClient, OpenBodyClient } from "./body-types.js";
import { BodyConnection, type BodyLine, connectBody } from "./connect-body.js";
import { readWithProgress } from "./read-with-progress.js";

let opened: Promise<BodyClient> | null = null;
const listeners = new Set<(fraction: number) => void>();
let fraction = 0;

/** The page's one body worker; the body model is loaded at the first call and kept by the browser. */
export const openBodyClient: OpenBodyClient = async (onProgress) => {
	if (onProgress !== undefined) {
		listeners.add(onProgress);
		onProgress(fraction);
	}
	opened ??= open();
	try {
		return await opened;
	} finally {
		if (onProgress !== undefined) listeners.delete(onProgress);
	}
};

async function open(): Promise<BodyClient> {
	const worker = new Worker(new URL("./body.worker.ts", import.meta.url), { type: "module", name: "body" });
	const connection = new BodyConnection(worker as unknown as BodyLine);
	const forget = () => {
		opened = null;
		report(0);
		worker.terminate();
	};
	worker.addEventListener("error", () => {
		connection.fail(new Error("the body worker broke"));
		forget();
	});
	try {
		return await connectBody(connection, await loadAsset());
	} catch (error) {
		forget();
		throw error;
	}
}

async function loadAsset(): Promise<Uint8Array<ArrayBuffer>> {
	const { url, size_bytes } = await answer(api.GET("/api/v1/body-model"));
	const response = await apiFetch(new URL(url, location.origin).href);
	if (!response.ok) throw await problemOf(response);
	return readWithProgress(response, size_bytes, report);
}

function report(part: number): void {
	fraction = part;
	for (const listener of listeners) listener(part);
}
