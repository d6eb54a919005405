/** A pattern for ILIKE that matches texts which contain this one; wildcards in it are ordinary characters. */
export function containsPattern(text: string): string {
	return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
