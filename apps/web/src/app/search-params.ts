/** Search parameters as plain text, so that addresses stay readable. */
export function parseSearch(search: string): Record<string, string> {
	return Object.fromEntries(new URLSearchParams(search));
}

/** The inverse of {@link parseSearch}; what is undefined is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(search)) if (value !== undefined) params.set(name, String(value));
	const text = params.toString();
	return text === "" ? "" : `?${text}`;
}
