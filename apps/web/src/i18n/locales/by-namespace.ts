/** The contents of JSON files under their names. */
export function byNamespace(files: Record<string, { default: object }>): Record<string, object> {
	return Object.fromEntries(
		Object.entries(files).map(([path, { default: content }]) => [path.replace(/^.*\/(.+)\.json$/, "$1"), content]),
	);
}
