import type { MeshFormat, ParamsDocument } from "@anny-fitter/contracts";

export interface BuildMeshInput {
	readonly params: ParamsDocument;
	readonly format: MeshFormat | "binary";
	readonly frame: "anny" | "gltf";
	readonly pose: "given" | "rest";
}

/** What the visualization thread does. */
export type VisualizationTasks = {
	/** Gives the file's bytes. */
	buildMesh: { input: BuildMeshInput; output: Uint8Array<ArrayBuffer>; progress: never };
	/** Gives the measurement document as JSON. */
	measure: { input: { readonly params: ParamsDocument }; output: string; progress: never };
};

/** What the visualization thread is started with. */
export interface VisualizationThreadData {
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
}
