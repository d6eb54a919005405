import { useEffect, useEffectEvent, useState } from "react";

/**
 * Takes files that are dropped anywhere on the page, or pasted.
 *
 * @returns whether files are being dragged over the page
 */
export function usePageFiles(onFiles: (files: File[]) => void): boolean {
	const [isDragging, setDragging] = useState(false);
	const take = useEffectEvent(onFiles);
	useEffect(() => {
		let depth = 0;
		const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
		const listeners = new AbortController();
		const listen = <Type extends "dragenter" | "dragleave" | "dragover" | "drop">(
			type: Type,
			listener: (event: DragEvent) => void,
		) =>
			addEventListener(
				type,
				(event) => {
					if (!hasFiles(event)) return;
					// Otherwise the browser opens the file.
					event.preventDefault();
					listener(event);
				},
				listeners,
			);
		listen("dragenter", () => {
			depth++;
			setDragging(true);
		});
		listen("dragleave", () => {
			depth--;
			setDragging(depth > 0);
		});
		listen("dragover", () => {});
		listen("drop", (event) => {
			depth = 0;
			setDragging(false);
			take([...(event.dataTransfer?.files ?? [])]);
		});
		addEventListener(
			"paste",
			(event) => {
				const files = [...(event.clipboardData?.files ?? [])];
				if (files.length > 0) take(files);
			},
			listeners,
		);
		return () => listeners.abort();
	}, []);
	return isDragging;
}
