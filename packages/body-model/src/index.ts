export { annyAgeFromYears, yearsFromAnnyAge } from "./age.js";
export type { AnnyAnthropometry } from "./anthropometry.js";
export { ANNY_DENSITY_KG_M3, computeAnnyAnthropometry } from "./anthropometry.js";
export { ASSET_FORMAT_VERSION, BodyModelAssetError } from "./asset-container.js";
export type { BodyModel, BodyModelOptions, SkinningMethod } from "./body-model.js";
export { createBodyModel } from "./body-model.js";
export { compileBodyModel } from "./compile.js";
export type { BodyModelData, DecodeOptions } from "./data.js";
export { decodeBodyModel } from "./data.js";
export type { Kernels } from "./kernels.js";
export { availableKernels, compileKernels, createKernels, KernelsUnavailableError } from "./kernels.js";
export type { TopologyName } from "./model-topology.js";
export type { NpmFiles } from "./npm-source.js";
export { NPM_FILES, readNpmSource } from "./npm-source.js";
export type { OfficialFiles } from "./official-source.js";
export { OFFICIAL_FILES, readOfficialSource } from "./official-source.js";
export type {
	BetaDistribution,
	DistributedPhenotype,
	RandomNumbers,
	SampleOptions,
} from "./phenotype-distributions.js";
export { betaMoments, phenotypeBeta, sampleBeta, samplePhenotypes } from "./phenotype-distributions.js";
export type { PhenotypeLabel } from "./phenotypes.js";
export {
	ALL_PHENOTYPE_LABELS,
	DEFAULT_PHENOTYPE,
	PHENOTYPE_LABELS,
	phenotypeAnchors,
	phenotypeRange,
} from "./phenotypes.js";
export type { PointGradient } from "./point-gradients.js";
export { pullBackPointGradients } from "./point-gradients.js";
export type { PoseParameterization, PoseState, PoseStateOptions } from "./pose-state.js";
export { createPoseState, evaluatePose, identityPose } from "./pose-state.js";
export type { PosedSubset } from "./posed-subset.js";
export { createPosedSubset, evaluatePosedSubset } from "./posed-subset.js";
export { pullBackShapeGradient } from "./shape-gradient.js";
export type { MacroShape } from "./shape-list.js";
export { LOCAL_CHANGE_LABELS, MACRO_SHAPES, SHAPE_FILES } from "./shape-list.js";
export type { ShapeParameter } from "./shape-parameters.js";
export type { ShapeResponse } from "./shape-response.js";
export { createShapeResponse, evaluateShapeResponse } from "./shape-response.js";
export type { ShapeParameters, ShapeState } from "./shape-state.js";
export { createShapeState, evaluateShape } from "./shape-state.js";
export type { Shape, ShapeStore } from "./shape-store.js";
export { getShape, preloadShapes } from "./shape-store.js";
export type { ShapeSubset, VertexAverages } from "./shape-subset.js";
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
