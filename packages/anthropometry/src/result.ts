import { copyTapePath, type Tape } from "./tape.js";

/** One measurement as taken, before it is joined with its definition. */
export interface MeasureResult {
	readonly value_m: number;
	/** `[3k]` polyline of the tape on the rest mesh. */
	readonly path: Float64Array;
	/** Whether the path's last point joins its first. */
	readonly isClosed: boolean;
	/** Whether a searched level ended at the edge of its range. */
	readonly isSearchAtEdge: boolean;
}

/**
 * The tape as it lies.
 *
 * @throws RangeError if it encloses nothing: the mesh is no body.
 */
export function tapeResult(tape: Tape, isSearchAtEdge: boolean): MeasureResult {
	if (tape.cornerCount < 3) throw new RangeError("the measuring plane misses the body: the mesh is no body");
	return { value_m: tape.length, path: copyTapePath(tape), isClosed: true, isSearchAtEdge };
}

/** A tape from end to end, found without a search. */
export function openPath(value_m: number, path: Float64Array): MeasureResult {
	return { value_m, path, isClosed: false, isSearchAtEdge: false };
}
