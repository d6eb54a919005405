import type { PoseFrame } from "./pose-types.js";

/** What the pose worker needs to start. */
export interface PoseModels {
	/** Address of ONNX Runtime's WebAssembly. */
	readonly wasm: string;
	readonly detection: Uint8Array;
	readonly landmarks: Uint8Array;
}

/** What the page may ask of the pose worker; a picture is handed over, not copied. */
export type ToPoseWorker =
	| { readonly id: number; readonly type: "open"; readonly models: PoseModels }
	| { readonly id: number; readonly type: "analyse"; readonly picture: ImageBitmap; readonly isVideo: boolean };

/** What the pose worker answers, by the number of the call. */
export type FromPoseWorker =
	| { readonly id: number; readonly type: "opened" }
	| { readonly id: number; readonly type: "frame"; readonly frame: PoseFrame }
	| { readonly id: number; readonly type: "failed"; readonly message: string };
