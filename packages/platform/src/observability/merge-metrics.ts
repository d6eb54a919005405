/**
 * One OpenMetrics text from those of several processes: the lines of each metric together, as the format wants them. The
 * processes must tell themselves apart by a label.
 */
export function mergeMetrics(texts: readonly string[]): string {
	const families = new Map<string, { readonly head: readonly string[]; readonly samples: string[] }>();
	for (const text of texts) {
		let samples: string[] | undefined;
		let head: string[] = [];
		for (const line of text.split("\n")) {
			if (line === "" || line === "# EOF") continue;
			const name = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line)?.[1];
			if (name === undefined) {
				samples?.push(line);
				continue;
			}
			if (line.startsWith("# HELP")) head = [];
			head.push(line);
			const family = families.get(name) ?? { head, samples: [] };
			families.set(name, family);
			samples = family.samples;
		}
	}
	const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
	return `${lines.join("\n")}\n# EOF\n`;
}
