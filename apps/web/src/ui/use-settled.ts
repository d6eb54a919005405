import { useEffect, useState } from "react";

/** A value once it has not changed for a moment, as when someone stops typing. */
export function useSettled<T>(value: T, delay_ms = 250): T {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), delay_ms);
		return () => clearTimeout(timer);
	}, [value, delay_ms]);
	return settled;
}
