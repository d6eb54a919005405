/** A line that can be picked. */
export interface PickableLine {
	readonly id: string;
	/** [3k] */
	readonly path: Float32Array;
	readonly isClosed: boolean;
}

/** Projects a point; `depth` grows with the distance from the eye, metres. Null: not in the picture. */
export type Project = (
	x: number,
	y: number,
	z: number,
) => { readonly x: number; readonly y: number; readonly depth: number } | null;

/**
 * The line that runs nearest to a place in the picture, if one does within the tolerance. A line that the body hides is
 * not taken.
 *
 * @param surfaceDepth how far the body's skin is at that place, metres; Infinity beside the body
 */
export function pickLine(
	lines: readonly PickableLine[],
	project: Project,
	at: { readonly x: number; readonly y: number },
	tolerance_px: number,
	surfaceDepth: number,
): string | null {
	let best: string | null = null;
	let bestDistance = tolerance_px;
	for (const { id, path, isClosed } of lines) {
		const count = path.length / 3;
		let before = isClosed ? projectAt(path, count - 1, project) : null;
		for (let i = 0; i < count; i++) {
			const point = projectAt(path, i, project);
			if (before !== null && point !== null) {
				const { distance, part } = distanceToSegment(at, before, point);
				const depth = before.depth + part * (point.depth - before.depth);
				if (distance < bestDistance && depth < surfaceDepth + HIDDEN_BEHIND_M) {
					best = id;
					bestDistance = distance;
				}
			}
			before = point;
		}
	}
	return best;
}

/** A line this far behind the skin that is seen still counts as lying on it: round limbs fall away fast at their rim. */
const HIDDEN_BEHIND_M = 0.04;

function projectAt(path: Float32Array, index: number, project: Project) {
	return project(path[3 * index] ?? 0, path[3 * index + 1] ?? 0, path[3 * index + 2] ?? 0);
}

function distanceToSegment(
	at: { readonly x: number; readonly y: number },
	a: { readonly x: number; readonly y: number },
	b: { readonly x: number; readonly y: number },
): { distance: number; part: number } {
	const [dx, dy] = [b.x - a.x, b.y - a.y];
	const length = dx * dx + dy * dy;
	const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length));
	return { distance: Math.hypot(at.x - a.x - part * dx, at.y - a.y - part * dy), part };
}
