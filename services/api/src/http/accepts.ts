/**
 * Whether a header such as `accept` or `accept-encoding` names something, and not with a weight of nothing. Ranges such
 * as `*` count for nothing: only who asks for it gets what is not usual.
 *
 * @param name in lower case
 */
export function accepts(header: string | undefined, name: string): boolean {
	return (header ?? "").split(",").some((entry) => {
		const [named = "", ...parameters] = entry.split(";");
		return (
			named.trim().toLowerCase() === name && !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/i.test(parameter))
		);
	});
}
