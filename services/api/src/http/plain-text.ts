/** Letters of European names that are no letter with a mark for Unicode. */
const LETTERS = [..."ŁłØøĐđ"];
const PLAIN_LETTERS = [..."LlOoDd"];

/** A text as it is searched and sorted: small letters without marks. */
export function plainText(text: string): string {
	return text
		.normalize("NFD")
		.replace(/[\u0300-\u036f]/g, "")
		.replace(/[ŁłØøĐđ]/g, (letter) => PLAIN_LETTERS[LETTERS.indexOf(letter)] ?? letter)
		.replaceAll("ß", "ss")
		.toLowerCase();
}
