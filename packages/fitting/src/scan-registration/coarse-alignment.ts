import { multiplyRotations } from "@anny-fitter/math";
import { candidateRotations, principalFrame } from "./candidate-rotations.js";
import type { PointSet } from "./point-set.js";
import type { ScanTemplate } from "./scan-templates.js";
import { type AlignmentSettings, alignPointSets, type Similarity } from "./similarity.js";

/** One way to see a body in a scan. */
export interface CoarseAlignment {
	readonly template: ScanTemplate;
	/** Scan's unit-size points from the template's. */
	readonly similarity: Similarity;
	/** 0…1, see `alignPointSets` */
	readonly cost: number;
}

const GLANCE: AlignmentSettings = { iterations: 3, stride: 5, firstReach: 0.5, lastReach: 0.25 };
const LOOK: AlignmentSettings = { iterations: 8, stride: 2, firstReach: 0.3, lastReach: 0.12 };
/** Of all orientations, how many get a longer look with every template. */
const SHORTLIST = 3;
/** Of the best orientation, templates that cost this much more than the best one may still be right. */
const OPEN_MARGIN = 0.12;
/** Alignments that turn the body by less than this from one another are one. */
const DISTINCT_COSINE = Math.cos(0.6);

/**
 * Tries every orientation with every template.
 *
 * @param scan points of the scan, centred and of unit size
 * @returns best first: of the best orientation the best template in each pose and the best one of another build (arms find
 * their counterparts from near ones only), then the best of another orientation, and the best one turned about
 */
export function findCoarseAlignments(scan: PointSet, templates: readonly ScanTemplate[]): CoarseAlignment[] {
	const rotations = [
		...candidateRotations(principalFrame(scan.points), 8),
		...candidateRotations(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 4),
	];
	const glances: CoarseAlignment[] = [];
	for (const template of templates) {
		if (!template.glance) continue;
		for (const rotation of rotations) {
			const similarity = { rotation: rotation.slice(), translation: new Float64Array(3), scale: 1 };
			glances.push({ template, similarity, cost: alignPointSets(similarity, template.points, scan, GLANCE) });
		}
	}
	glances.sort((a, b) => a.cost - b.cost);
	const shortlist: CoarseAlignment[] = [];
	for (const glance of glances) {
		if (shortlist.length === SHORTLIST) break;
		const known = shortlist.some(({ similarity }) => isSameOrientation(similarity, glance.similarity));
		if (!known) shortlist.push(glance);
	}
	const looks = shortlist.flatMap((glance) =>
		templates.map((template): CoarseAlignment => {
			const { rotation, translation, scale } = glance.similarity;
			const similarity = { rotation: rotation.slice(), translation: translation.slice(), scale };
			return { template, similarity, cost: alignPointSets(similarity, template.points, scan, LOOK) };
		}),
	);
	looks.sort((a, b) => a.cost - b.cost);
	const [best] = looks;
	const open = looks.filter(
		(look) => isSameOrientation(look.similarity, best.similarity) && look.cost < best.cost + OPEN_MARGIN,
	);
	const poses = open.filter((look, i) => open.findIndex(({ template }) => template.pose === look.template.pose) === i);
	const build = open.find(
		({ template }) => template.phenotypes !== best.template.phenotypes && !poses.some((p) => p.template === template),
	);
	const other = looks.find((look) => !isSameOrientation(look.similarity, best.similarity));
	return [...poses, ...(build ? [build] : []), ...(other ? [other] : []), faceAbout(best, scan)];
}

/** The same alignment with the body turned about: front and back are easily mistaken for one another. */
function faceAbout(alignment: CoarseAlignment, scan: PointSet): CoarseAlignment {
	const { template, similarity } = alignment;
	const rotation = new Float64Array(9);
	multiplyRotations(rotation, similarity.rotation, Float64Array.of(-1, 0, 0, 0, -1, 0, 0, 0, 1));
	const turned = { rotation, translation: similarity.translation.slice(), scale: similarity.scale };
	return { template, similarity: turned, cost: alignPointSets(turned, template.points, scan, LOOK) };
}

/** Whether two alignments turn the body about equally. */
export function isSameOrientation(a: Similarity, b: Similarity): boolean {
	let trace = 0;
	for (let i = 0; i < 9; i++) trace += a.rotation[i] * b.rotation[i];
	return (trace - 1) / 2 > DISTINCT_COSINE;
}
