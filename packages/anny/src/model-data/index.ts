export { AnnyDataError, type AnnyDataErrorCode } from "../data-error.js";
export type {
	BodyModelAsset,
	BodyModelOrigin,
	BodyModelSourceReport,
	BodyModelStoreOptions,
	OpenedBodyModel,
} from "./body-model-store.js";
export {
	listBodyModelSources,
	MODEL_DATA_VARIABLE,
	openBodyModelAsset,
	openBodyModelData,
	pulledModelDir,
} from "./body-model-store.js";
export { type ExportedAsset, type ExportOptions, exportBodyModelAsset } from "./export-asset.js";
export type { Surroundings } from "./folders.js";
export { currentSurroundings, userCacheDir, userDataDir } from "./folders.js";
export { makeFolder } from "./make-folder.js";
