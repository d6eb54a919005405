import { answer, api, apiFetch, problemOf } from "../api/client.js";
import { onAccess } from "../auth/access.js";
import type { BodyClient, OpenBodyClient } from "./body-types.js";
import { BodyConnection, type BodyLine, connectBody } from "./connect-body.js";
import { readWithProgress } from "./read-with-progress.js";

let opened: Promise<BodyClient> | null = null;
let close = () => {};
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
	let isOpen = true;
	const forget = (reason: string) => {
		if (!isOpen) return;
		isOpen = false;
		connection.fail(new Error(reason));
		worker.terminate();
		opened = null;
		report(0);
	};
	close = () => forget("the body worker was closed");
	worker.addEventListener("error", () => forget("the body worker broke"));
	try {
		return await connectBody(connection, await loadAsset());
	} catch (error) {
		forget("the body model did not arrive");
		throw error;
	}
}

// Bodies of one person are not left in the worker for the next.
onAccess((tokens) => {
	if (tokens === null) close();
});

async function loadAsset(): Promise<Uint8Array<ArrayBuffer>> {
	const { url, size_bytes } = await answer(api.GET("/api/v1/body-model"));
	// Nobody's data, and large: the browser keeps it.
	const response = await apiFetch(new URL(url, location.origin).href, { cache: "default" });
	if (!response.ok) throw await problemOf(response);
	return readWithProgress(response, size_bytes, report);
}

function report(part: number): void {
	fraction = part;
	for (const listener of listeners) listener(part);
}
