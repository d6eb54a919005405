import type { MeasurementEstimate, ModelMeasurements } from "../api/types.js";

/** What measurements are sorted by: breadths include depths. */
export type GroupId = "heights" | "girths" | "breadths" | "lengths";

/** One measurement with its name in the person's language. */
export interface MeasurementRow {
	readonly id: string;
	readonly name: string;
	readonly estimate: MeasurementEstimate;
}

/** Measurements of one kind; never empty. */
export interface MeasurementGroup {
	readonly id: GroupId;
	readonly rows: readonly MeasurementRow[];
}

/** What most people look for, in the order in which a tailor asks. */
export const MAIN_MEASUREMENTS: readonly string[] = [
	"stature",
	"neck_girth",
	"chest_girth",
	"waist_girth",
	"hip_girth",
	"thigh_girth",
	"calf_girth",
	"upper_arm_girth",
	"biacromial_breadth",
	"arm_length",
	"inside_leg_height",
	"back_waist_length",
];

const GROUP_OF_KIND: Readonly<Record<string, GroupId>> = {
	height: "heights",
	girth: "girths",
	breadth: "breadths",
	depth: "breadths",
	length: "lengths",
};
const ORDER: readonly GroupId[] = ["girths", "heights", "breadths", "lengths"];

/**
 * Sorts measurements into groups, in the catalogue's order; groups without rows are left out.
 *
 * @param which `main`: only {@link MAIN_MEASUREMENTS}
 * @param search keeps rows whose name or id holds it, whatever the case and the accents; it looks at all measurements
 */
export function groupMeasurements(
	measurements: ModelMeasurements,
	nameOf: (id: string) => string,
	{ which, search = "" }: { readonly which: "main" | "all"; readonly search?: string },
): MeasurementGroup[] {
	const wanted = plain(search.trim());
	const rows = Object.entries(measurements)
		.map(([id, estimate]) => ({ id, name: nameOf(id), estimate }))
		.filter(({ id, name }) =>
			wanted === ""
				? which === "all" || MAIN_MEASUREMENTS.includes(id)
				: plain(name).includes(wanted) || id.replaceAll("_", " ").includes(wanted),
		);
	return ORDER.map((id) => ({
		id,
		rows: rows.filter(({ estimate }) => groupOf(estimate.definition.kind) === id),
	})).filter((group) => group.rows.length > 0);
}

function groupOf(kind: string): GroupId {
	return GROUP_OF_KIND[kind] ?? "lengths";
}

/** Lower case without accents, so that "kopfgrosse" finds what it should. */
function plain(text: string): string {
	return text
		.normalize("NFD")
		.replace(/\p{Mn}/gu, "")
		.toLowerCase()
		.replaceAll("ß", "ss");
}

/** Half the width of a 90 % interval, metres. */
export function margin_m(estimate: Pick<MeasurementEstimate, "interval90_m">): number {
	const [low, high] = estimate.interval90_m;
	return (high - low) / 2;
}

/** Where a value comes from, in one word. */
export function originOf(sources: readonly string[]): "stated" | "photos" | "mesh" | "population" {
	if (sources.includes("stated")) return "stated";
	if (sources.includes("landmarks") || sources.includes("silhouette")) return "photos";
	return sources.includes("mesh") ? "mesh" : "population";
}
