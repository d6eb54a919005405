import { printableText } from "./printable-text.js";

/** A column of a text table. */
export interface Column {
	readonly title: string;
	readonly align: "left" | "right";
}

/**
 * Lays out rows in aligned columns, two spaces apart, without lines.
 *
 * @param columns titles and alignment
 * @param rows cells as plain text, one per column; control characters are shown as escapes
 * @returns lines: the titles, then one per row, without trailing spaces
 */
export function layOutTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
	const printableRows = rows.map((cells) => cells.map(printableText));
	const widths = columns.map((column, index) =>
		Math.max(textWidth(column.title), ...printableRows.map((row) => textWidth(row[index] ?? ""))),
	);
	const layOut = (cells: readonly string[]) =>
		columns
			.map((column, index) => {
				const cell = cells[index] ?? "";
				const padding = " ".repeat(widths[index]! - textWidth(cell));
				return column.align === "left" ? cell + padding : padding + cell;
			})
			.join("  ")
			.trimEnd();
	return [layOut(columns.map((column) => column.title)), ...printableRows.map(layOut)];
}

/** Number of characters as a reader counts them. */
function textWidth(text: string): number {
	return [...text].length;
}
