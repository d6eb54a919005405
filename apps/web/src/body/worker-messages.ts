import type { AdjustRequest, BodyPose, BodyShape, ShapeCovariance } from "./body-types.js";

/** What the page may ask of the body worker. */
export type BodyCall =
	/** Decodes the compiled body model; answers with the topology. */
	| { readonly type: "open"; readonly asset: Uint8Array }
	| { readonly type: "geometry"; readonly shape: BodyShape; readonly pose: BodyPose }
	| { readonly type: "tapes"; readonly shape: BodyShape; readonly pose: BodyPose }
	| {
			readonly type: "vertex_sigma";
			readonly shape: BodyShape;
			readonly covariance: ShapeCovariance;
			readonly measurements: Readonly<Record<string, { readonly value_m: number; readonly sigma_m: number }>>;
	  }
	| {
			readonly type: "correlations";
			readonly shape: BodyShape;
			readonly covariance: ShapeCovariance;
			readonly quantities: readonly string[];
	  }
	/** Answers with the number of a session. */
	| { readonly type: "prepare"; readonly shape: BodyShape; readonly covariance: ShapeCovariance | null }
	| { readonly type: "solve"; readonly session: number; readonly request: AdjustRequest }
	| { readonly type: "close"; readonly session: number };

/** A call and its number. */
export type ToBodyWorker = { readonly id: number } & BodyCall;

/** What the body worker answers, by the number of the call. */
export type FromBodyWorker =
	| { readonly id: number; readonly type: "done"; readonly value: unknown }
	| { readonly id: number; readonly type: "failed"; readonly message: string };
