/** One line of RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvLine(values: readonly unknown[]): string {
	return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
	if (value === null || value === undefined) return "";
	if (typeof value === "number") return String(value);
	const text = value instanceof Date ? value.toISOString() : String(value);
	const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
