/**
 * The candidate that a misspelt name most likely stands for, or null when none is close.
 *
 * @param name what was written
 * @param candidates the valid names
 * @returns the candidate with the smallest edit distance (insertions, deletions, substitutions and swaps of
 * neighbours), if at most a third of its length differs; else the shortest that begins with the name as a whole word
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
	const wanted = normalise(name);
	let nearest: string | null = null;
	let smallest = Number.POSITIVE_INFINITY;
	for (const candidate of candidates) {
		const distance = editDistance(wanted, normalise(candidate));
		if (distance < smallest) {
			smallest = distance;
			nearest = candidate;
		}
	}
	if (nearest !== null && smallest <= Math.max(1, Math.floor(nearest.length / 3))) return nearest;
	return shortestThatBeginsWith(wanted, candidates);
}

/** `waist` stands for `waist_girth`; fewer than three letters tell too little. */
function shortestThatBeginsWith(wanted: string, candidates: Iterable<string>): string | null {
	if (wanted.length < 3) return null;
	let shortest: string | null = null;
	for (const candidate of candidates) {
		const continues = normalise(candidate).startsWith(`${wanted}-`);
		if (continues && (shortest === null || candidate.length < shortest.length)) shortest = candidate;
	}
	return shortest;
}

/** Case and the choice of separator are not what tells names apart. */
function normalise(name: string): string {
	return name.toLowerCase().replace(/[\s_.-]+/g, "-");
}

/** Optimal string alignment distance, in O(a·b) time with three rows. */
function editDistance(a: string, b: string): number {
	let beforePrevious: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const current = [i];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (isSame ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				best = Math.min(best, beforePrevious[j - 2]! + 1);
			}
			current.push(best);
		}
		beforePrevious = previous;
		previous = current;
	}
	return previous[b.length]!;
}
