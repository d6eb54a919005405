/** The same text on one line: a value is not torn from its unit or sign. */
export function together(text: string): string {
	return text.replaceAll(" ", "\u00a0");
}
