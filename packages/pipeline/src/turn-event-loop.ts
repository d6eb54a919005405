/** Lets signals, sockets and timers in between two pieces of computing. */
export function turnEventLoop(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
