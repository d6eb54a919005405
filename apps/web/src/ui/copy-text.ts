/**
 * Puts text on the clipboard. On addresses that are not secure browsers leave the old way only.
 *
 * @returns whether it is there
 */
export async function copyText(text: string): Promise<boolean> {
	if (isSecureContext) {
		return navigator.clipboard.writeText(text).then(
			() => true,
			() => false,
		);
	}
	const field = document.createElement("textarea");
	field.value = text;
	field.className = "fixed opacity-0";
	const focused = document.activeElement;
	document.body.append(field);
	field.select();
	const isCopied = document.execCommand("copy");
	field.remove();
	if (focused instanceof HTMLElement) focused.focus();
	return isCopied;
}
