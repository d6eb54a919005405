export type {
	BodyModelAsset,
	BodyModelOrigin,
	BodyModelSourceReport,
	BodyModelStoreOptions,
	ExportedAsset,
	ExportOptions,
	OpenedBodyModel,
	Surroundings,
} from "@anny-fitter/anny/model-data";
export {
	currentSurroundings,
	MODEL_DATA_VARIABLE,
	makeFolder,
	pulledModelDir,
	userCacheDir,
	userDataDir,
} from "@anny-fitter/anny/model-data";
export {
	exportBodyModelAsset,
	listBodyModelSources,
	openBodyModelAsset,
	openBodyModelData,
} from "./body-model-store.js";
