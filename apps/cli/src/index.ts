export type { ConsoleIo, OutputStream } from "./console-io.js";
export { runCommandLine } from "./run-command-line.js";
