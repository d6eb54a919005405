/**
 * What the page and the body worker say to each other. Everything is in Anny's frame: right-handed, Z up, the body faces
 * −Y, +X is the person's left, metres. The viewer turns it Y up.
 */

/** A body's shape: what the result document holds. Missing labels have Anny's defaults. */
export interface BodyShape {
	readonly phenotypes: Readonly<Record<string, number>>;
	readonly local_changes: Readonly<Record<string, number>>;
}

/** `rest` is Anny's A-pose; `t` raises the arms to the horizontal; `given` is a photo's pose. */
export type BodyPose =
	| { readonly kind: "rest" }
	| { readonly kind: "t" }
	/** Per bone 12 numbers, row-major 3×4, `root_relative_world`; bones that are missing are not turned. */
	| { readonly kind: "given"; readonly bones: Readonly<Record<string, readonly number[]>> };

/** What all bodies share. */
export interface BodyTopology {
	readonly vertexCount: number;
	/** [3t] */
	readonly triangles: Uint32Array;
	readonly topologyHash: string;
	readonly boneLabels: readonly string[];
	/** [B] −1 for the root; parents precede children. */
	readonly boneParents: Int16Array;
}

/** A body in a pose: its surface and its skeleton, metres. */
export interface BodyGeometry {
	/** [3V] */
	readonly positions: Float32Array;
	/** [3V] unit vectors, smooth. */
	readonly normals: Float32Array;
	/** [3B] */
	readonly boneHeads: Float32Array;
	/** [3B] */
	readonly boneTails: Float32Array;
}

/** A measurement as it runs on the body. */
export interface BodyTape {
	readonly id: string;
	readonly side: "centre" | "right" | "left";
	/** On the resting body, whatever pose the path is drawn in. */
	readonly value_m: number;
	/** [3k] on the body in the pose that was asked for. */
	readonly path: Float32Array;
	/** Whether the path's last point joins its first. */
	readonly isClosed: boolean;
}

/** Posterior covariance of shape parameters, as the result document holds it. */
export interface ShapeCovariance {
	readonly parameters: readonly string[];
	/** Row-major lower triangle, diagonal included. */
	readonly lower_triangle: readonly number[];
}

/** What to change and what to keep. Measurement ids are those of the catalogue; `mass` stands beside them. */
export interface AdjustRequest {
	/** Wanted values, metres. */
	readonly targets_m: Readonly<Record<string, number>>;
	readonly target_mass_kg: number | null;
	/** Measurements that keep the value they have in the base shape. */
	readonly held: readonly string[];
	readonly is_mass_held: boolean;
}

/** What a solve gives: the body nearest to what was asked for. */
export interface AdjustedBody {
	readonly shape: BodyShape;
	/** All measurements of the new body, metres. */
	readonly measurements_m: Readonly<Record<string, number>>;
	readonly mass_kg: number;
	/** Wanted or held values that no body within the model's bounds has, and by how much they are missed. */
	readonly unreached: readonly { readonly id: string; readonly missing_m: number }[];
	/** Of the mass; 0 when it was reached or not asked for. */
	readonly missing_mass_kg: number;
}

/** A body that is being adjusted; its base does not change. */
export interface AdjustSession {
	/** The newest request wins: an older one that has not begun resolves to null. */
	solve(request: AdjustRequest): Promise<AdjustedBody | null>;
	close(): void;
}

/** The body worker as the page sees it. Calls may be made at any time; the worker does them in order. */
export interface BodyClient {
	readonly topology: BodyTopology;
	/** The newest call per `lane` wins: an older one that has not begun resolves to null. */
	geometry(shape: BodyShape, pose: BodyPose, lane?: string): Promise<BodyGeometry | null>;
	/** All measurements as tapes, both sides of the sided ones. */
	tapes(shape: BodyShape, pose: BodyPose, lane?: string): Promise<readonly BodyTape[] | null>;
	/** [V] standard deviation of each vertex of the resting body, metres. */
	vertexSigma_m(
		shape: BodyShape,
		covariance: ShapeCovariance,
		measurements: Readonly<Record<string, { readonly value_m: number; readonly sigma_m: number }>>,
	): Promise<Float32Array>;
	/** [n²] how the errors of measurements (and `mass`) go together, row-major, as the covariance says. */
	correlations(shape: BodyShape, covariance: ShapeCovariance, quantities: readonly string[]): Promise<Float64Array>;
	/**
	 * Prepares adjusting: takes about as long as a few bodies.
	 *
	 * @param covariance null for bodies without one: the population's takes its place
	 */
	startAdjusting(shape: BodyShape, covariance: ShapeCovariance | null): Promise<AdjustSession>;
}

/** `onProgress` hears how much of the body model (some 12 MB, kept by the browser) has arrived, 0…1. */
export type OpenBodyClient = (onProgress?: (fraction: number) => void) => Promise<BodyClient>;
