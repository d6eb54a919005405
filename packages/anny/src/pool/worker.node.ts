import { parentPort } from "node:worker_threads";
import type { ToThread } from "./messages.js";
import { createBodyServer } from "./serve-bodies.js";

const serve = createBodyServer((message, transfer) => parentPort?.postMessage(message, transfer));
parentPort?.on("message", (message: ToThread) => serve(message));
