import { type BodyPort, serveBody } from "./serve-body.js";

serveBody(globalThis as unknown as BodyPort);
