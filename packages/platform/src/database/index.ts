export type { Actor, Database, Tx } from "./database.js";
export type {
	ConsentRow,
	DatabaseSchema,
	ExportRow,
	FittedModelRow,
	IdempotencyKeyRow,
	MeasurementRow,
	RefreshTokenRow,
	SessionRow,
	SessionStatus,
	SubjectRow,
	UserRole,
	UserRow,
} from "./schema.js";
