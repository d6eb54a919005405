import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const RUNBOOK = readFileSync(`${ROOT}docs/runbook.md`, "utf8");

/** Commands that the page shows together. */
export interface Block {
	/** Nearest heading above. */
	readonly heading: string;
	readonly code: string;
	/** What they must print, `…` for anything. */
	readonly expected: string | null;
	/** Why they are not run. */
	readonly notTried: string | null;
}

export interface Section {
	readonly level: number;
	readonly heading: string;
	readonly text: string;
}

/** Of headings below the page's own, without the text of those below them. */
export function readSections(page: string): Section[] {
	return page
		.split(/^(?=#{2,3} )/m)
		.filter((text) => /^#{2,3} /.test(text))
		.map((text) => {
			const [, marks = "", heading = ""] = /^(#+) (.+)$/m.exec(text)!;
			return { level: marks.length, heading, text };
		});
}

export function readBlocks(page: string): Block[] {
	return readSections(page).flatMap(({ heading, text }) =>
		[...text.matchAll(/^```bash\n([\s\S]*?)^```\n(?:```text\n([\s\S]*?)^```)?/gm)].map(([, code = "", expected]) => ({
			heading,
			code,
			expected: expected ?? null,
			notTried: /^# not tried: (.+)$/m.exec(code)?.[1] ?? null,
		})),
	);
}

/** Queries that the page tells to ask. */
export function readQueries(page: string): { readonly heading: string; readonly expr: string }[] {
	return readSections(page).flatMap(({ heading, text }) =>
		[...text.matchAll(/^```promql\n([\s\S]*?)^```/gm)].map(([, expr = ""]) => ({ heading, expr: expr.trim() })),
	);
}

/** Whether an output is what the page shows. */
export function isAsShown(output: string, expected: string): boolean {
	const pattern = expected
		.trim()
		.split("…")
		.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
		.join("[\\s\\S]*?");
	return new RegExp(`^${pattern}$`).test(output.trim());
}
