import type { FromThread, ToThread } from "./messages.js";
import { createBodyServer } from "./serve-bodies.js";

/** What a web worker's global scope is to this file. */
interface WorkerScope {
	postMessage(message: FromThread, transfer: ArrayBuffer[]): void;
	addEventListener(type: "message", listener: (event: { readonly data: ToThread }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const serve = createBodyServer((message, transfer) => scope.postMessage(message, transfer));
scope.addEventListener("message", ({ data }) => serve(data));
