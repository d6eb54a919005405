export { annyAgeFromYears, yearsFromAnnyAge } from "./age.js";
export type { AnnyAnthropometry } from "./anthropometry.js";
export { ANNY_DENSITY_KG_M3, computeAnnyAnthropometry } from "./anthropometry.js";
export { ASSET_FORMAT_VERSION, BodyModelAssetError } from "./asset-container.js";
export type { BodyModel, BodyModelOptions, SkinningMethod } from "./body-model.js";
export { createBodyModel } from "./body-model.js";
export { compileBodyModel } from "./compile.js";
export type { BodyModelData } from "./data.js";
export { decodeBodyModel } from "./data.js";
export type { TopologyName } from "./model-topology.js";
export type { NpmFiles } from "./npm-source.js";
export { NPM_FILES, readNpmSource } from "./npm-source.js";
export type { OfficialFiles } from "./official-source.js";
export { OFFICIAL_FILES, readOfficialSource } from "./official-source.js";
export type { PhenotypeLabel } from "./phenotypes.js";
export { ALL_PHENOTYPE_LABELS, DEFAULT_PHENOTYPE, PHENOTYPE_LABELS, phenotypeRange } from "./phenotypes.js";
export type { PoseParameterization, PoseState } from "./pose-state.js";
export { createPoseState, evaluatePose, identityPose } from "./pose-state.js";
export { pullBackShapeGradient } from "./shape-gradient.js";
export { LOCAL_CHANGE_LABELS, SHAPE_FILES } from "./shape-list.js";
export type { ShapeParameter } from "./shape-parameters.js";
export type { ShapeParameters, ShapeState } from "./shape-state.js";
export { createShapeState, evaluateShape } from "./shape-state.js";
export type { Shape, ShapeStore } from "./shape-store.js";
export { getShape, preloadShapes } from "./shape-store.js";
export type { ShapeSubset } from "./shape-subset.js";
export { createShapeSubset, evaluateShapeSubset } from "./shape-subset.js";
export type {
	BaseMesh,
	BodyModelSource,
	BodyModelSourceName,
	RigSource,
	SkinSource,
	TargetDeltas,
} from "./source.js";
export { BodyModelSourceError } from "./source.js";
