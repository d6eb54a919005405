/** Largest message that either side reads: eight large masks are about 128 MiB. */
export const READ_LIMIT_BYTES = 256 * 1024 * 1024;

/** HTTP/2 settings of both sides: messages are megabytes, and Node refuses streams above 10 MB per connection. */
export const HTTP2_OPTIONS = {
	settings: { initialWindowSize: 4 * 1024 * 1024 },
	/** Megabytes. */
	maxSessionMemory: 1024,
};
