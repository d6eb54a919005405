import { type Expression, type RawBuilder, sql } from "kysely";

/** A pattern for LIKE that matches texts which contain this one; wildcards in it are ordinary characters. */
export function containsPattern(text: string): string {
	return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** Letters of European names that are no letter with a mark for Unicode. */
const LETTERS = [..."ŁłØøĐđ"];
const PLAIN_LETTERS = [..."LlOoDd"];

/** A text as it is searched and sorted: small letters without marks. Does what {@link plainColumn} does. */
export function plainText(text: string): string {
	return text
		.normalize("NFD")
		.replace(/[\u0300-\u036f]/g, "")
		.replace(/[ŁłØøĐđ]/g, (letter) => PLAIN_LETTERS[LETTERS.indexOf(letter)] ?? letter)
		.replaceAll("ß", "ss")
		.toLowerCase();
}

/** The same of a column, in every database of UTF-8 and whatever its collation. */
export function plainColumn(column: Expression<string | null>): RawBuilder<string | null> {
	const unmarked = sql`regexp_replace(normalize(${column}, NFD), '[\u0300-\u036f]', '', 'g')`;
	const letters = sql`translate(${unmarked}, ${sql.lit(LETTERS.join(""))}, ${sql.lit(PLAIN_LETTERS.join(""))})`;
	return sql<string | null>`lower(replace(${letters}, 'ß', 'ss'))`;
}
