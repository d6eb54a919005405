export type { ComparisonDocument } from "./comparison-document.js";
export { comparisonDocumentSchema, describeComparison } from "./comparison-document.js";
export type { DoctorDocument } from "./doctor-document.js";
export { doctorDocumentSchema } from "./doctor-document.js";
export type { AppErrorOptions, ErrorCode, ErrorEntry } from "./errors.js";
export { AppError, ERROR_TABLE } from "./errors.js";
export { parseWith } from "./invalid-input.js";
export type { MeasurementDefinitionDocument, MeasurementDocument } from "./measurement-document.js";
export { measurementDefinitionSchema, measurementDocumentSchema } from "./measurement-document.js";
export type { MeshFormat } from "./mesh-formats.js";
export { MESH_FORMATS } from "./mesh-formats.js";
export type { ModelDataDocument } from "./model-data.js";
export { MODEL_DATA_SOURCES, modelDataSchema } from "./model-data.js";
export type { ModelsDocument, VerifiedModelsDocument } from "./models-document.js";
export { modelsDocumentSchema, verifiedModelsDocumentSchema } from "./models-document.js";
export { nearestName } from "./nearest-name.js";
export type { ParamsDocument, PoseParameterization } from "./params-document.js";
export { POSE_PARAMETERIZATIONS, paramsDocumentSchema, parseParams, parseParamsText } from "./params-document.js";
export type { ConsentsDocument } from "./rest/account.js";
export {
	accountDeletionSchema,
	CONSENT_PURPOSES,
	CONSENT_VERSION,
	consentHistorySchema,
	consentsChangeSchema,
	consentsDocumentSchema,
} from "./rest/account.js";
export type { AuditEntryDocument, ReviewDocument } from "./rest/admin.js";
export {
	auditListQuerySchema,
	auditPageSchema,
	auditVerificationSchema,
	reviewDecisionSchema,
	reviewDocumentSchema,
	reviewListQuerySchema,
	reviewPageSchema,
	userChangeSchema,
	userListQuerySchema,
	userPageSchema,
} from "./rest/admin.js";
export { applicationDocumentSchema, bodyModelDocumentSchema } from "./rest/application.js";
export type { TokenDocument, UserDocument } from "./rest/auth.js";
export {
	emailSchema,
	LOCAL_USER_EMAIL,
	loginRequestSchema,
	PASSWORD_MAX_BYTES,
	passwordChangeSchema,
	registerRequestSchema,
	tokenDocumentSchema,
	USER_ROLES,
	userDocumentSchema,
} from "./rest/auth.js";
export type { ReadinessDocument } from "./rest/health.js";
export { healthDocumentSchema, readinessDocumentSchema } from "./rest/health.js";
export { pageOf, pagingQuerySchema } from "./rest/paging.js";
export type { ProblemDocument } from "./rest/problem.js";
export { problemSchema } from "./rest/problem.js";
export { researchMeasurementSchema, researchPageSchema, researchQuerySchema } from "./rest/research.js";
export type { SubjectDocument } from "./rest/subject.js";
export {
	newSubjectSchema,
	subjectChangeSchema,
	subjectDocumentSchema,
	subjectListQuerySchema,
	subjectPageSchema,
} from "./rest/subject.js";
export type {
	ExportFormat,
	ModelAdjustment,
	ModelComparison,
	ModelDocument,
	ModelMeasurements,
	ModelSummary,
} from "./rest-fits/model-documents.js";
export {
	BINARY_MESH_TYPE,
	EXPORT_FORMATS,
	modelAdjustmentSchema,
	modelComparisonSchema,
	modelDocumentSchema,
	modelListSchema,
	modelMeasurementsSchema,
	modelSummarySchema,
} from "./rest-fits/model-documents.js";
export type { FitAccepted, SessionDocument, SessionError } from "./rest-fits/session-document.js";
export {
	fitAcceptedSchema,
	SESSION_STATUSES,
	sessionDocumentSchema,
	sessionErrorSchema,
	sessionListSchema,
} from "./rest-fits/session-document.js";
export type {
	BulkDocument,
	CameraDocument,
	ImageMeasurementDocument,
	MeasurementEstimate,
	MeasurementSource,
	PerceptionDocument,
	QualityDocument,
	ResultDocument,
	ViewDocument,
} from "./result-document.js";
export { MEASUREMENT_SOURCES, RESULT_SCHEMA_VERSION, resultDocumentSchema } from "./result-document.js";
export type { Sex, StatedFacts, StatedSource, ViewDirection, ViewLabel } from "./stated-facts.js";
export {
	parseStatedFacts,
	SEXES,
	STATED_SOURCES,
	statedAgeYears,
	VIEW_DIRECTIONS,
	VIEW_LABELS,
	viewLabelOf,
} from "./stated-facts.js";
export type { Warning } from "./warning.js";
export { warningSchema } from "./warning.js";
