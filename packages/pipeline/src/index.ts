export {
	type BuildBodyOptions,
	type BuiltBody,
	buildBody,
	buildBodyFromParams,
	describeModelData,
	type MeshExportOptions,
} from "./build-body.js";
export type { FitEngine, FitEngineOptions, FitProgress, FitRequest, PhotoInput } from "./fit-engine.js";
export { openFitEngine } from "./fit-engine.js";
export { type FitOutcome, fitPhotoFiles } from "./fit-photo-files.js";
export { type InspectOptions, inspectInstallation } from "./inspect-installation.js";
export { type ListModelsOptions, listModels } from "./list-models.js";
export { type MeasureMeshOptions, measureMeshFile } from "./measure-mesh.js";
