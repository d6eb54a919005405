import { type Change, type EstimatePair, judgeChanges } from "./changes.js";

/** What of a result document a comparison needs; a result document fits. Metres, kilograms. */
export interface ComparableBody {
	readonly measurements: Readonly<
		Record<
			string,
			{
				readonly value_m: number;
				readonly sigma_m: number;
				readonly sources: readonly string[];
				readonly definition: { readonly version: number };
			}
		>
	>;
	readonly mass_kg: number;
	readonly mass_sigma_kg: number;
	readonly stated: {
		readonly stature_m?: number | undefined;
		readonly weight_kg?: number | undefined;
		readonly age_years?: number | undefined;
		readonly date_of_birth?: string | undefined;
		readonly sex?: string | undefined;
	};
	readonly model_data: { readonly source: string; readonly detail: string; readonly topology_hash: string };
}

/** Why a quantity is not compared. */
export type NotCompared = "other_body_data" | "other_definition" | "missing";

/** What differs between two bodies, b − a. */
export interface BodyComparison {
	/** Measurements by id, metres, in the order of `a`. */
	readonly measurements: ReadonlyMap<string, Change>;
	/** Kilograms; null when it is not compared. */
	readonly mass: Change | null;
	/** By id, `mass` among them. */
	readonly notCompared: ReadonlyMap<string, NotCompared>;
}

/** What an estimate rests on, as far as it matters to which errors return with the next fit. */
export type Evidence = "stated" | "photos" | "prior" | "mesh";

/**
 * Correlation ρ of the errors of two fits of one person by what they rest on, when the same facts are stated. A fit's error
 * has a part that comes back (how this person differs from others of the same stature, weight, age and sex; what the body
 * model cannot take; the kind of clothing) and a part that does not (pose, framing, light, the day's tape or scale).
 * Too small a ρ hides changes, too large a one invents them; so each is below what was seen or can be argued.
 *
 * - `stated`: 0. A tape or a scale errs anew each time.
 * - `photos`: 0.7. Twenty retakes of two rendered people in the same clothes, weighed anew each time, gave 0.84 in the median,
 *   less for the trunk (chest 0.64, waist 0.57; benchmark `retakes`); other clothes leave less.
 * - `prior`: 0.5. What stature and weight leave open of a girth stays with the person, but not in proportion when the
 *   weight changes.
 * - `mesh`: 0. A scan's own error is not known.
 */
export const SHARED_ERROR_CORRELATION: Readonly<Record<Evidence, number>> = {
	stated: 0,
	photos: 0.7,
	prior: 0.5,
	mesh: 0,
};

/** Name of the mass beside the measurements. */
const MASS = "mass";

/**
 * Compares two bodies: which differences are more than noise. Bodies from different body data are not compared at all, nor
 * measurements under different versions of their definition: these differ though nobody changed.
 *
 * @param isSamePerson whether both are of one person; errors of two people share nothing
 */
export function compareBodies(a: ComparableBody, b: ComparableBody, isSamePerson: boolean): BodyComparison {
	const notCompared = new Map<string, NotCompared>();
	const ids = new Set([...Object.keys(a.measurements), ...Object.keys(b.measurements)]);
	if (!isSameBodyData(a, b)) {
		for (const id of [...ids, MASS]) notCompared.set(id, "other_body_data");
		return { measurements: new Map(), mass: null, notCompared };
	}
	const doesShare = isSamePerson && areSameFactsStated(a, b);
	const evidence = (inA: Evidence, inB: Evidence) => ({
		correlation: doesShare && inA === inB ? SHARED_ERROR_CORRELATION[inA] : 0,
		isStated: inA === "stated" && inB === "stated",
	});
	const compared: string[] = [];
	const pairs: (EstimatePair & { readonly isStated: boolean })[] = [];
	for (const id of ids) {
		const [inA, inB] = [a.measurements[id], b.measurements[id]];
		if (inA === undefined || inB === undefined) {
			notCompared.set(id, "missing");
			continue;
		}
		if (inA.definition.version !== inB.definition.version) {
			notCompared.set(id, "other_definition");
			continue;
		}
		compared.push(id);
		pairs.push({
			a: { value: inA.value_m, sigma: inA.sigma_m },
			b: { value: inB.value_m, sigma: inB.sigma_m },
			...evidence(evidenceOf(inA.sources), evidenceOf(inB.sources)),
		});
	}
	pairs.push({
		a: { value: a.mass_kg, sigma: a.mass_sigma_kg },
		b: { value: b.mass_kg, sigma: b.mass_sigma_kg },
		...evidence(massEvidence(a), massEvidence(b)),
	});
	const changes = judgeChanges(withBudgets(pairs));
	return {
		measurements: new Map(compared.map((id, i) => [id, changes[i]])),
		mass: changes[compared.length],
		notCompared,
	};
}

/**
 * Half of the error budget goes to what was measured both times, the other half to all that a fit found: a weight from the
 * scale shall not have to stand out among fifty estimates.
 */
function withBudgets(pairs: readonly (EstimatePair & { readonly isStated: boolean })[]): EstimatePair[] {
	const stated = pairs.filter(({ isStated }) => isStated).length;
	const found = pairs.length - stated;
	return pairs.map((pair) => ({ ...pair, weight: 1 / (pair.isStated ? stated : found) }));
}

/** Whether both bodies were made of the same body data, so that the same body has the same measurements. */
export function isSameBodyData(a: ComparableBody, b: ComparableBody): boolean {
	const keys = ["source", "detail", "topology_hash"] as const;
	return keys.every((key) => a.model_data[key] === b.model_data[key]);
}

/** What the sources of a measurement amount to. */
export function evidenceOf(sources: readonly string[]): Evidence {
	if (sources.includes("stated")) return "stated";
	if (sources.includes("mesh")) return "mesh";
	return sources.includes("landmarks") || sources.includes("silhouette") ? "photos" : "prior";
}

/** The mass is stated, or as the measurements are that are not. */
function massEvidence({ stated, measurements }: ComparableBody): Evidence {
	if (stated.weight_kg !== undefined) return "stated";
	const others = Object.values(measurements).map(({ sources }) => evidenceOf(sources));
	return others.find((evidence) => evidence !== "stated") ?? "prior";
}

/** Whether the same kinds of facts were stated: the more is stated, the less of the person is left to err about. */
function areSameFactsStated({ stated: a }: ComparableBody, { stated: b }: ComparableBody): boolean {
	const hasAge = (stated: ComparableBody["stated"]) =>
		stated.age_years !== undefined || stated.date_of_birth !== undefined;
	return (
		(a.stature_m === undefined) === (b.stature_m === undefined) &&
		(a.weight_kg === undefined) === (b.weight_kg === undefined) &&
		hasAge(a) === hasAge(b) &&
		(a.sex ?? "unspecified") === (b.sex ?? "unspecified")
	);
}
