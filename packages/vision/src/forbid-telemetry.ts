/**
 * Keeps ONNX Runtime from reporting to its maker: its published builds otherwise write a device id and a database into
 * the user's cache folder and send what they collect to the network. The runtime reads the variable when it is loaded,
 * from the process itself, so this must run on the main thread before the first worker loads it; in a worker thread
 * `process.env` is only a copy. On Windows the runtime hands events to the system, which has settings of its own.
 */
export function forbidTelemetry(): void {
	process.env.ORT_DISABLE_TELEMETRY = "1";
}
