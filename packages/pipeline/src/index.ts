export { type BodyBuilder, openBodyBuilder } from "./body-builder.js";
export {
	type BodyFit,
	type BodyFitInput,
	type BodyFitter,
	type BodyFitterOptions,
	type FallbackReason,
	NO_PHOTOS,
	type ObservedView,
	openBodyFitter,
} from "./body-fitter.js";
export {
	type BodySurface,
	type BuildBodyOptions,
	type BuiltBody,
	buildBody,
	buildBodyFromParams,
	describeModelData,
	type MeshExportOptions,
} from "./build-body.js";
export type { FitEngine, FitEngineOptions, FitRequest, PhotoInput } from "./fit-engine.js";
export { openFitEngine } from "./fit-engine.js";
export { type FitOutcome, fitPhotoFiles } from "./fit-photo-files.js";
export type { FitProgress } from "./fit-progress.js";
export {
	type FittedSections,
	laySectionTapes,
	type SectionTapes,
	seeFittedSections,
} from "./fitted-sections.js";
export { pullImageModel, verifyImageModels } from "./image-models.js";
export { type InspectOptions, inspectInstallation } from "./inspect-installation.js";
export { type ListModelsOptions, listModels } from "./list-models.js";
export { type MapOutcome, type MapRequest, mapStatedFacts } from "./map-stated-facts.js";
export { type MeasureMeshOptions, measureMeshFile } from "./measure-mesh.js";
export { measurePhotos } from "./measure-photos.js";
export { type ObservedPhoto, type ObservePhotoOptions, observePhoto } from "./observe-photo.js";
export { type RegisteredMesh, type RegisterMeshOptions, registerMeshFile } from "./register-mesh-file.js";
