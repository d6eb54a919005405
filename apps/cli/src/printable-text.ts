/**
 * Text that a terminal shows as it is: control characters, which could move the cursor, change colours or start a new
 * line, become `\x1b` and the like; characters that turn the reading direction become `\u202e` and the like.
 *
 * @param text anything that holds a name from outside, such as a file's
 */
export function printableText(text: string): string {
	return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (character) => {
		const code = character.charCodeAt(0).toString(16);
		return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
	});
}
