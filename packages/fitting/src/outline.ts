import { REGION } from "./observation.js";
import { type SignedDistanceField, sampleOutlineNormal, sampleSignedDistance } from "./signed-distance.js";
import type { RimVertex } from "./silhouette.js";

/** What a photo's mask knows of its outline. */
export interface Outline {
	readonly field: SignedDistanceField;
	/** [width*height] labels of `PhotoObservation.regions` at the field's size, or null */
	readonly regions: Uint8Array | null;
}

/** What the outline shows at a place. Hair hides the body; of bare skin the outline is the body's own. */
export type OutlineKind = "cloth" | "skin" | "hair";

/** A rim vertex with the place on the mask's outline that it answers to. */
export interface OutlineAnswer {
	readonly rim: RimVertex;
	readonly kind: OutlineKind;
	/** Place and outward normal there, mask pixels; null: wherever the outline is nearest. */
	readonly line: readonly [u: number, v: number, nu: number, nv: number] | null;
}

/** Beyond this distance from the outline no rim vertex answers to it, metres. */
const REACH_M = 0.06;
/** Rim and outline run the same way where their normals are within about 45°. */
const SAME_WAY = 0.7;
/** One of every so many outline pixels is asked. */
const STRIDE = 7;

/** Every rim vertex before the outline nearest to it, those before hair left out. */
export function faceOutline(outline: Outline, rim: readonly RimVertex[]): OutlineAnswer[] {
	const sample = new Float64Array(3);
	const normal = new Float64Array(2);
	return rim.flatMap((vertex): OutlineAnswer[] => {
		sampleSignedDistance(sample, outline.field, vertex.u, vertex.v);
		if (!sampleOutlineNormal(normal, outline.field, vertex.u, vertex.v)) {
			return [{ rim: vertex, kind: "cloth", line: null }];
		}
		const [nu, nv] = normal;
		const kind = outlineKind(outline, vertex.u - nu * sample[0], vertex.v - nv * sample[0], nu, nv);
		return kind === "hair" ? [] : [{ rim: vertex, kind, line: null }];
	});
}

/**
 * The other way round: places along the mask's outline, each with the nearest rim vertex whose own outline runs the same
 * way. Where the outline bulges and no rim vertex is nearest to the bulge, only these pull.
 */
export function answerOutline(outline: Outline, rim: readonly RimVertex[]): OutlineAnswer[] {
	const { width, height, distance } = outline.field;
	const reach = REACH_M * (rim[0]?.pixelsPerMetre ?? 0);
	const cells = groupByCell(rim, Math.max(4, reach), width);
	const normal = new Float64Array(2);
	const out: OutlineAnswer[] = [];
	let count = 0;
	for (let y = 2; y < height - 2; y++) {
		for (let x = 2; x < width - 2; x++) {
			const d = distance[y * width + x];
			// The first pixels outside.
			if (!(d > 0 && d < 1) || count++ % STRIDE !== 0) continue;
			if (!sampleOutlineNormal(normal, outline.field, x + 0.5, y + 0.5)) continue;
			const [nu, nv] = normal;
			const cu = x + 0.5 - nu * d;
			const cv = y + 0.5 - nv * d;
			const kind = outlineKind(outline, cu, cv, nu, nv);
			if (kind === "hair") continue;
			let nearest: RimVertex | null = null;
			let least = reach;
			for (const vertex of cells(cu, cv)) {
				const apart = Math.hypot(vertex.u - cu, vertex.v - cv);
				if (apart < least && vertex.nu * nu + vertex.nv * nv > SAME_WAY) {
					nearest = vertex;
					least = apart;
				}
			}
			if (nearest) out.push({ rim: nearest, kind, line: [cu, cv, nu, nv] });
		}
	}
	return out;
}

/** Rim vertices by square cells; the returned function lists those in a place's cell and its neighbours. */
function groupByCell(
	rim: readonly RimVertex[],
	size: number,
	width: number,
): (u: number, v: number) => Generator<RimVertex> {
	const columns = Math.ceil(width / size) + 2;
	const cells = new Map<number, RimVertex[]>();
	const key = (column: number, row: number): number => (row + 1) * columns + column + 1;
	for (const vertex of rim) {
		const k = key(Math.floor(vertex.u / size), Math.floor(vertex.v / size));
		const cell = cells.get(k);
		if (cell) cell.push(vertex);
		else cells.set(k, [vertex]);
	}
	return function* near(u, v) {
		const column = Math.floor(u / size);
		const row = Math.floor(v / size);
		for (let j = row - 1; j <= row + 1; j++) {
			for (let i = column - 1; i <= column + 1; i++) yield* cells.get(key(i, j)) ?? [];
		}
	};
}

/** How deep inside the outline labels are read, mask pixels. */
const LABEL_DEPTHS = [1.5, 2.5, 3.5, 4.5, 5.5];
const LABEL_SIDES = [-1.5, 0, 1.5];

/** The commonest label just inside the outline; skin only where nearly everything is. */
function outlineKind({ field, regions }: Outline, u: number, v: number, nu: number, nv: number): OutlineKind {
	if (regions === null) return "cloth";
	const counts = [0, 0, 0, 0];
	for (const depth of LABEL_DEPTHS) {
		for (const side of LABEL_SIDES) {
			const x = Math.floor(u - depth * nu - side * nv);
			const y = Math.floor(v - depth * nv + side * nu);
			if (x >= 0 && y >= 0 && x < field.width && y < field.height) counts[regions[y * field.width + x]]++;
		}
	}
	const skin = counts[REGION.skin];
	const hair = counts[REGION.hair];
	if (hair > 2 && hair >= skin) return "hair";
	return skin > 3 * (counts[REGION.cloth] + counts[REGION.unknown] + hair) ? "skin" : "cloth";
}
