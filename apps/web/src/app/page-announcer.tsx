import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { forgetFarewell } from "../auth/auth-store.js";

/** Pages that wait for data get their heading late, or another one; after this nobody expects the focus to move. */
const PATIENCE_MS = 10_000;

/** After a change of page: puts the focus on its heading and tells screen readers its title. */
export function PageAnnouncer() {
	const router = useRouter();
	const [title, setTitle] = useState("");
	useEffect(() => {
		let stop = () => {};
		const unsubscribe = router.subscribe("onResolved", ({ fromLocation, toLocation }) => {
			if (fromLocation === undefined || fromLocation.pathname === toLocation.pathname) return;
			if (fromLocation.pathname === "/") forgetFarewell();
			stop();
			stop = focusHeading(() => setTitle(document.title));
		});
		return () => {
			unsubscribe();
			stop();
		};
	}, [router]);
	return (
		<p role="status" className="sr-only">
			{title}
		</p>
	);
}

/**
 * Focuses the page's heading as soon as there is one, and the one that takes its place when data arrive, unless the person has
 * gone elsewhere by then.
 *
 * @returns gives up
 */
export function focusHeading(onFocus: () => void): () => void {
	const content = document.getElementById("content");
	if (content === null) return () => {};
	content.focus({ preventScroll: true });
	let focused: HTMLHeadingElement | null = null;
	const attempt = () => {
		const { activeElement } = document;
		if (activeElement === focused) return;
		if (activeElement !== content && activeElement !== document.body) return stop();
		const heading = content.querySelector("h1");
		if (heading === null || heading === focused) return;
		focused = heading;
		heading.tabIndex = -1;
		heading.focus({ preventScroll: true });
		onFocus();
	};
	const observer = new MutationObserver(attempt);
	const timer = setTimeout(() => observer.disconnect(), PATIENCE_MS);
	const stop = () => {
		clearTimeout(timer);
		observer.disconnect();
	};
	observer.observe(content, { childList: true, subtree: true });
	attempt();
	return stop;
}
