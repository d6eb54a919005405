/** Saves a file as if it were downloaded. */
export function saveFile(content: Blob, name: string): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	// The browser has taken hold of it long before.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Whether this browser hands such a file to other programs. */
export function canShare(file: File): boolean {
	return typeof navigator.canShare === "function" && navigator.canShare({ files: [file] });
}
