/** At most two letters that stand for a name. */
export function initialsOf(name: string | null): string {
	if (name === null) return "–";
	const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
	const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
	return chosen.map((word) => [...(word ?? "")][0]?.toLocaleUpperCase()).join("") || "–";
}
