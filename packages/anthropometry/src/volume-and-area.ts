import { computeSignedVolume, computeSurfaceArea } from "@anny-fitter/mesh";
import type { MeasurableModel, MeasurableShape } from "./model.js";

/** A size of the whole body that is no length. */
export interface BulkDefinition {
	/** Stable name; results call it `volume_m3` and `surface_area_m2`. */
	readonly id: "volume" | "surface_area";
	/** Grows when the definition changes its values. */
	readonly version: number;
	readonly name: string;
	readonly unit: "m³" | "m²";
	readonly definition: string;
}

/** Volume and surface area of the whole body, beside the catalogue's lengths. */
export const BULK_DEFINITIONS: readonly BulkDefinition[] = [
	{
		id: "volume",
		version: 1,
		name: "Body volume",
		unit: "m³",
		definition:
			"Volume that the mesh encloses, the air in the lungs included: the sum of the signed tetrahedra between the origin and each triangle. Eyes, tongue and hair are left out.",
	},
	{
		id: "surface_area",
		version: 1,
		name: "Body surface area",
		unit: "m²",
		definition:
			"Area of all triangles of the mesh. Eye sockets and the inside of the mouth count, skin folds finer than the mesh do not.",
	},
];

/** Volume and surface area of a body in any pose. */
export interface VolumeAndArea {
	readonly volume_m3: number;
	readonly surface_area_m2: number;
}

/** Measure volume and surface area. @param shape of the model. */
export function measureVolumeAndArea(
	{ triangles }: Pick<MeasurableModel, "triangles">,
	{ vertices }: Pick<MeasurableShape, "vertices">,
): VolumeAndArea {
	return {
		volume_m3: computeSignedVolume(vertices, triangles),
		surface_area_m2: computeSurfaceArea(vertices, triangles),
	};
}
