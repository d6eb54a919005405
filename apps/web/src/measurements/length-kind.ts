import type { LengthKind } from "../format/units.js";

/** Body heights that people know in feet; everything else is read off a tape. */
export function lengthKind(measurement_id: string): LengthKind {
	return measurement_id === "stature" ? "stature" : "length";
}
