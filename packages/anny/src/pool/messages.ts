import type { BodyModelOptions } from "@anny-fitter/body-model";
import type { BodyPose, BodyShape } from "../body-input.js";

/** One body to be evaluated. */
export interface BodyRequest {
	readonly shape: BodyShape;
	/** Rest pose when it is missing. */
	readonly pose?: BodyPose;
}

/** What is wanted of every body. */
export interface BodyOutputs {
	/** Posed vertices. Default: false. */
	readonly vertices?: boolean;
	/** Normals of the posed vertices. Default: false. */
	readonly normals?: boolean;
	/** Posed heads of the bones. Default: false. */
	readonly joints?: boolean;
	/** Ids of measurements, taken in the standard posture. Default: none. */
	readonly measurements?: readonly string[];
	/** Default: false. */
	readonly mass?: boolean;
}

/** One evaluated body. What was not asked for is null. */
export interface EvaluatedBody {
	/** [V*3] metres. */
	readonly vertices: Float32Array | null;
	/** [V*3] unit length. */
	readonly normals: Float32Array | null;
	/** [B*3] metres. */
	readonly joints: Float32Array | null;
	/** In the order of the ids asked for; of sided ones the right side. */
	readonly measurements_m: Float64Array | null;
	/** Volume × 1010 kg/m³. */
	readonly mass_kg: number | null;
}

/** A body, or why there is none. */
export type BodyResult =
	| ({ readonly error: null } & EvaluatedBody)
	| ({ readonly error: Error } & { readonly [Key in keyof EvaluatedBody]: null });

/** From the pool to a thread. */
export type ToThread =
	| { readonly type: "open"; readonly asset: Uint8Array; readonly model: BodyModelOptions }
	| { readonly type: "run"; readonly id: number; readonly request: BodyRequest; readonly outputs: BodyOutputs };

/** From a thread to the pool. */
export type FromThread =
	| { readonly type: "ready" }
	| { readonly type: "unusable"; readonly message: string }
	| { readonly type: "done"; readonly id: number; readonly body: EvaluatedBody }
	| { readonly type: "failed"; readonly id: number; readonly name: string; readonly message: string };
