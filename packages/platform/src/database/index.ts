export type { Actor, Database, PoolUse, Tx } from "./database.js";
export { FieldCipher, type FieldKey, PLAIN, type ReencryptOptions, reencryptFields } from "./fields/index.js";
export type { MigrationTarget } from "./migrate.js";
export type { DatabaseOptions } from "./open-database.js";
export { migrateDatabase, openDatabase } from "./open-database.js";
export { APP_ROLE, SYSTEM_ROLE } from "./roles.js";
export type {
	AuditLogRow,
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
export type { AuditLogReport } from "./verify-audit-log.js";
export { verifyAuditLog } from "./verify-audit-log.js";
