export type { ErrorDetail, Progress, Warning as RpcWarning } from "./generated/anny_fitter/v1/common_pb.js";
export { ErrorDetailSchema, ProgressSchema, WarningSchema } from "./generated/anny_fitter/v1/common_pb.js";
export type { FitRequest, FitResponse, FitResult, FitView } from "./generated/anny_fitter/v1/fitting_pb.js";
export {
	FitRequestSchema,
	FitResponseSchema,
	FitResultSchema,
	FittingService,
	FitViewSchema,
} from "./generated/anny_fitter/v1/fitting_pb.js";
export type {
	AnalyseRequest,
	AnalyseResponse,
	Observation,
	PhotoQuality as RpcPhotoQuality,
} from "./generated/anny_fitter/v1/vision_pb.js";
export {
	AnalyseRequestSchema,
	AnalyseResponseSchema,
	ObservationSchema,
	PhotoQualitySchema,
	VisionService,
} from "./generated/anny_fitter/v1/vision_pb.js";
export type {
	BuildMeshRequest,
	BuildMeshResponse,
	MeasureRequest,
	MeasureResponse,
} from "./generated/anny_fitter/v1/visualization_pb.js";
export {
	BuildMeshRequestSchema,
	BuildMeshResponseSchema,
	MeasureRequestSchema,
	MeasureResponseSchema,
	MeshFormat as RpcMeshFormat,
	VisualizationService,
} from "./generated/anny_fitter/v1/visualization_pb.js";
export {
	Health,
	HealthCheckResponse_ServingStatus as HealthStatus,
} from "./generated/grpc/health/v1/health_pb.js";
