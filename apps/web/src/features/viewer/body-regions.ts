/** Parts of the body that people have words for. */
export const REGIONS = [
	"head",
	"neck",
	"chest",
	"belly",
	"hips",
	"upperArms",
	"forearms",
	"hands",
	"thighs",
	"lowerLegs",
	"feet",
] as const;
/** One of {@link REGIONS}. */
export type BodyRegion = (typeof REGIONS)[number];

/** By the beginning of a bone's name; the first that fits. */
const OF_BONE: readonly (readonly [RegExp, BodyRegion])[] = [
	[/^neck/, "neck"],
	[/^(clavicle|shoulder|spine0[123]|breast)/, "chest"],
	[/^spine/, "belly"],
	[/^(root|pelvis)/, "hips"],
	[/^upperarm/, "upperArms"],
	[/^lowerarm/, "forearms"],
	[/^(wrist|finger|metacarpal)/, "hands"],
	[/^upperleg/, "thighs"],
	[/^lowerleg/, "lowerLegs"],
	[/^(foot|toe)/, "feet"],
	[/^(head|jaw)/, "head"],
];

/**
 * The region of each vertex: that of the bone that runs nearest. The face's small bones are passed over; they lie in the head.
 *
 * @param positions [3V]
 * @param heads [3B]
 * @param tails [3B]
 * @returns [V] places in {@link REGIONS}
 */
export function regionOfVertices(
	positions: Float32Array,
	labels: readonly string[],
	heads: Float32Array,
	tails: Float32Array,
): Uint8Array {
	const bones = labels.flatMap((label, bone) => {
		const region = OF_BONE.find(([names]) => names.test(label))?.[1];
		return region === undefined ? [] : [{ bone, region: REGIONS.indexOf(region) }];
	});
	const out = new Uint8Array(positions.length / 3);
	for (let vertex = 0; vertex < out.length; vertex++) {
		let nearest = Infinity;
		for (const { bone, region } of bones) {
			const distance = squaredDistance(positions, 3 * vertex, heads, tails, 3 * bone);
			if (distance < nearest) {
				nearest = distance;
				out[vertex] = region;
			}
		}
	}
	return out;
}

/** Of a point from a segment. */
function squaredDistance(
	points: Float32Array,
	at: number,
	heads: Float32Array,
	tails: Float32Array,
	bone: number,
): number {
	let along = 0;
	let length = 0;
	for (let axis = 0; axis < 3; axis++) {
		const way = (tails[bone + axis] as number) - (heads[bone + axis] as number);
		along += way * ((points[at + axis] as number) - (heads[bone + axis] as number));
		length += way * way;
	}
	const part = length === 0 ? 0 : Math.min(1, Math.max(0, along / length));
	let sum = 0;
	for (let axis = 0; axis < 3; axis++) {
		const way = (tails[bone + axis] as number) - (heads[bone + axis] as number);
		sum += ((points[at + axis] as number) - (heads[bone + axis] as number) - part * way) ** 2;
	}
	return sum;
}

/** Means per region, of those that have vertices. */
export function meanPerRegion(values: Float32Array, regions: Uint8Array): { region: BodyRegion; mean: number }[] {
	const sums = new Float64Array(REGIONS.length);
	const counts = new Uint32Array(REGIONS.length);
	for (let vertex = 0; vertex < regions.length; vertex++) {
		const region = regions[vertex] as number;
		sums[region] = (sums[region] as number) + (values[vertex] as number);
		counts[region] = (counts[region] as number) + 1;
	}
	return REGIONS.flatMap((region, i) =>
		counts[i] === 0 ? [] : [{ region, mean: (sums[i] as number) / (counts[i] as number) }],
	);
}

/** Of values, the one that a share of them stays below. */
export function quantile(values: Float32Array, share: number): number {
	const sorted = values.toSorted();
	return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}

/**
 * How far another body's skin lies outside (+) or inside (−) of a body's, vertex by vertex along its normals; both stand on
 * the same floor.
 *
 * @returns [V] metres; null when the bodies have different vertices
 */
export function skinDifference(
	body: { readonly positions: Float32Array; readonly normals: Float32Array },
	other: { readonly positions: Float32Array },
): Float32Array | null {
	if (body.positions.length !== other.positions.length) return null;
	const drop = lowest(other.positions) - lowest(body.positions);
	const out = new Float32Array(body.positions.length / 3);
	for (let vertex = 0; vertex < out.length; vertex++) {
		const at = 3 * vertex;
		let sum = -drop * (body.normals[at + 2] as number);
		for (let axis = 0; axis < 3; axis++) {
			sum +=
				((other.positions[at + axis] as number) - (body.positions[at + axis] as number)) *
				(body.normals[at + axis] as number);
		}
		out[vertex] = sum;
	}
	return out;
}

function lowest(positions: Float32Array): number {
	let low = Infinity;
	for (let at = 2; at < positions.length; at += 3) low = Math.min(low, positions[at] as number);
	return low;
}
