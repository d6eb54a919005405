import type { BodyShape } from "@anny-fitter/anny";
import type { PoseName } from "./poses.js";

/** Measurements that are drawn and shown. */
export const TAPES = ["chest_girth", "waist_girth", "hip_girth"] as const;
export type TapeId = (typeof TAPES)[number];

export type ToWorker =
	| { readonly type: "load"; readonly asset: string }
	| { readonly type: "evaluate"; readonly id: number; readonly shape: BodyShape; readonly pose: PoseName };

export type FromWorker =
	| { readonly type: "progress"; readonly fraction: number | null }
	| { readonly type: "loaded"; readonly triangles: Uint32Array }
	| { readonly type: "failed"; readonly message: string }
	/** Follows each `evaluate` at once. */
	| {
			readonly type: "body";
			readonly id: number;
			readonly positions: Float32Array;
			readonly normals: Float32Array;
			readonly stature_m: number;
			readonly mass_kg: number;
			readonly time_ms: number;
	  }
	/** Follows when no newer `evaluate` has come meanwhile. */
	| {
			readonly type: "tapes";
			readonly id: number;
			readonly girths_m: Readonly<Record<TapeId, number>>;
			/** [3k] closed lines on the posed body. */
			readonly paths: Readonly<Record<TapeId, Float32Array>>;
			readonly time_ms: number;
	  };
