import { useEffect, useState } from "react";

/** An address under which the page can show a file; null at first. */
export function useObjectUrl(file: Blob): string | null {
	const [url, setUrl] = useState<string | null>(null);
	useEffect(() => {
		const created = URL.createObjectURL(file);
		setUrl(created);
		return () => URL.revokeObjectURL(created);
	}, [file]);
	return url;
}
