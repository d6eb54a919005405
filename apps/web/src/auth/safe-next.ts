/** Pages that only lead on would lead in circles. */
const PASSING = /^\/(?:login|register)(?:[/?#]|$)/;

/**
 * Where to go after signing in: a path of this application. Addresses elsewhere, which somebody may have put into a link,
 * become the start page.
 *
 * @param next as it stood in the address
 */
export function safeNext(next: string | undefined): string {
	if (next === undefined || !next.startsWith("/")) return "/";
	const base = "https://own.invalid";
	if (!URL.canParse(next, base)) return "/";
	const { origin, pathname, search, hash } = new URL(next, base);
	// Browsers read `/\host`, `//host` and paths with tabs in them as other hosts; the parser has done as they do.
	if (origin !== base || pathname.startsWith("//") || PASSING.test(pathname)) return "/";
	return `${pathname}${search}${hash}`;
}
