import type { PoseFrame } from "./pose-types.js";

/** What the pose worker needs to start. */
export interface PoseModels {
	/** Address of ONNX Runtime's WebAssembly. */
	readonly wasm: string;
	readonly detection: Uint8Array;
	readonly landmarks: Uint8Array;
}

export type ToPoseWorker =
	| { readonly id: number; readonly type: "open"; readonly models: PoseModels }
	| { readonly id: number; readonly type: "analyse"; readonly picture: ImageBitmap; readonly isVideo: boolean };

export type FromPoseWorker =
	| { readonly id: number; readonly type: "opened" }
	| { readonly id: number; readonly type: "frame"; readonly frame: PoseFrame }
	| { readonly id: number; readonly type: "failed"; readonly message: string };
