/**
 * Keeps the process from ending while the worker is inside native code. ONNX Runtime aborts the whole process (exit
 * code 134) when its thread is stopped during a call, so the main thread waits for the end of that one call, some tens
 * of milliseconds, and lets no other begin.
 */
export interface NativeGate {
	/** Shared by both threads: whether a native call runs, and whether new ones are refused. */
	readonly state: Int32Array;
}

const IS_BUSY = 0;
const IS_CLOSED = 1;
/** A call that takes longer hangs; ending badly is then better than not ending. */
const TIMEOUT_MS = 10_000;

export function createNativeGate(): NativeGate {
	return { state: new Int32Array(new SharedArrayBuffer(8)) };
}

/** Worker side: run native work unless the gate is closed. @throws Error if it is */
export async function passGate<T>({ state }: NativeGate, work: () => Promise<T>): Promise<T> {
	// Announce first, look second: the other side closes first and looks second, so one of the two sees the other.
	Atomics.store(state, IS_BUSY, 1);
	try {
		if (Atomics.load(state, IS_CLOSED) === 1) throw new Error("the process is ending");
		return await work();
	} finally {
		Atomics.store(state, IS_BUSY, 0);
		Atomics.notify(state, IS_BUSY);
	}
}

/** Main side: refuse new native calls and block until the running one is over. */
export function closeGate({ state }: NativeGate): void {
	Atomics.store(state, IS_CLOSED, 1);
	Atomics.wait(state, IS_BUSY, 1, TIMEOUT_MS);
}
