/** Names for the documents of the API, taken from its description. */
import type { components, paths } from "../generated/api.js";

type Json<
	Path extends keyof paths,
	Method extends keyof paths[Path],
	Status extends number = 200,
> = paths[Path][Method] extends { responses: Record<Status, { content: { "application/json": infer Body } }> }
	? Body
	: never;

export type AppDocument = Json<"/api/v1/app", "get">;
export type TokenDocument = Json<"/api/v1/auth/login", "post">;
export type UserDocument = TokenDocument["user"];
export type SubjectPage = Json<"/api/v1/subjects", "get">;
export type SubjectDocument = Json<"/api/v1/subjects/{subject_id}", "get">;
export type SessionDocument = Json<"/api/v1/sessions/{session_id}", "get">;
export type SessionPage = Json<"/api/v1/sessions", "get">;
export type FitAccepted = Json<"/api/v1/fit", "post", 202>;
export type ModelPage = Json<"/api/v1/subjects/{subject_id}/models", "get">;
export type ModelSummary = ModelPage["models"][number];
export type ModelDocument = Json<"/api/v1/models/{model_id}", "get">;
export type ModelMeasurements = ModelDocument["measurements"];
/** With the mass and the model's id, as they are asked for alone. */
export type ModelMeasurementsDocument = components["schemas"]["ModelMeasurements"];
export type MeasurementEstimate = ModelMeasurements[string];
export type ViewDocument = ModelDocument["views"][number];
export type ConsentsDocument = Json<"/api/v1/consents", "get">;
export type UserPage = Json<"/api/v1/admin/users", "get">;
export type UserRole = UserDocument["role"];
export type AuditPage = Json<"/api/v1/admin/audit", "get">;
export type AuditEntry = AuditPage["entries"][number];
export type AuditVerification = Json<"/api/v1/admin/audit/verify", "get">;
export type ReviewPage = Json<"/api/v1/admin/review", "get">;
export type ReviewDocument = ReviewPage["reviews"][number];
export type ResearchPage = Json<"/api/v1/research/measurements", "get">;
export type ResearchMeasurement = ResearchPage["measurements"][number];
