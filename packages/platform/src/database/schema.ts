import type { ColumnType, Generated, Insertable, JSONColumnType, Selectable } from "kysely";

/** Written as ISO text or Date, read as Date. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** A calendar date without time: text YYYY-MM-DD. */
type CalendarDate = ColumnType<string | null, string | null | undefined, string | null>;

export type UserRole = "user" | "researcher" | "admin";
export type SessionStatus = "queued" | "active" | "completed" | "failed" | "cancelled" | "expired";

export interface UsersTable {
	user_id: Generated<string>;
	/** Lower case. Encrypted in the database where there is a key (fields/encrypted-columns.ts). */
	email: string;
	/** Keeps addresses unique and finds them; set together with the address. */
	email_hash: Generated<Buffer>;
	/** Read and written by the system's role only, so a user's work names the columns it selects. */
	password_hash: string;
	role: Generated<UserRole>;
	created_at: Timestamp;
	last_login: OptionalTimestamp;
	/** Access tokens issued before this moment are refused (log-out everywhere, changed role or password). */
	tokens_valid_after: Timestamp;
}

export interface SubjectsTable {
	subject_id: Generated<string>;
	user_id: string;
	/** Encrypted in the database where there is a key, as is the date of birth. */
	name: string | null;
	date_of_birth: CalendarDate;
	/** Of the date of birth; set together with it. */
	birth_year: Generated<number | null>;
	gender: "male" | "female" | "other" | "unspecified" | null;
	anonymized: Generated<boolean>;
	/** Made by a fit that named no subject. */
	created_by_fit: Generated<boolean>;
	created_at: Timestamp;
	updated_at: Timestamp;
}

export interface FittedModelsTable {
	model_id: Generated<string>;
	subject_id: string;
	/** Same as the subject's, so that row-level security needs no join. */
	user_id: string;
	/** The session that made it; unique, so that no job can store two. */
	session_id: string | null;
	phenotype_parameters: JSONColumnType<Record<string, number>>;
	/** Bone poses as little-endian Float64: per bone of `pose_bones` twelve numbers, row-major 3×4. */
	pose_parameters: Buffer | null;
	pose_bones: JSONColumnType<string[]>;
	local_changes: JSONColumnType<Record<string, number>>;
	/** Expected mean vertex distance, mm. */
	fitting_error: number | null;
	/** Seconds. */
	processing_time: number | null;
	num_images_used: number;
	/** The result document without what the other columns hold (phenotypes, local changes, pose, measurements). */
	document: JSONColumnType<Record<string, unknown>>;
	flagged_for_review: Generated<boolean>;
	review_state: Generated<"none" | "open" | "accepted" | "rejected">;
	review_note: string | null;
	reviewed_by: string | null;
	reviewed_at: OptionalTimestamp;
	created_at: Timestamp;
}

export interface MeasurementsTable {
	measurement_id: Generated<string>;
	model_id: string;
	user_id: string;
	measurement_type: string;
	value: number;
	unit: "meters" | "kilograms";
	sigma: number | null;
	interval90_low: number | null;
	interval90_high: number | null;
	confidence: number | null;
	extracted_from: "image" | "model";
	/** Sources and definition, as in the result document. */
	detail: JSONColumnType<Record<string, unknown>>;
	created_at: Timestamp;
}

export interface SessionsTable {
	/** Chosen by the database, or within `elevate`: a user who chose it would learn whether it exists. */
	session_id: Generated<string>;
	user_id: string;
	subject_id: string | null;
	status: Generated<SessionStatus>;
	stage: string | null;
	/** 0…1 */
	progress: Generated<number>;
	model_id: string | null;
	error_code: string | null;
	error_detail: string | null;
	error_remedy: string | null;
	/** How often a worker has taken the job; fences off a worker that was thought dead. */
	attempt: Generated<number>;
	/** A running job renews it; when it lapses the worker is gone. */
	lease_expires_at: OptionalTimestamp;
	/** What to fit: stated facts, views, photo names by number; no photo. Emptied when the session ends. */
	request: JSONColumnType<Record<string, unknown>>;
	created_at: Timestamp;
	updated_at: Timestamp;
	expires_at: ColumnType<Date, Date | string, Date | string>;
}

/** Rows are only added, and only with the fields up to `user_agent` but for `log_id` and `timestamp`. */
export interface AuditLogTable {
	/** 1, 2, 3, … in the order of the chain, without gaps. Set by the database. */
	log_id: Generated<number>;
	user_id: string | null;
	action: string;
	resource_type: string | null;
	resource_id: string | null;
	timestamp: Timestamp;
	ip_address: string | null;
	user_agent: string | null;
	/** Random; cleared together with user, address and agent when the user's account is deleted. Set by the database. */
	erasable_salt: Generated<Buffer | null>;
	/** SHA-256 over the salt, the user, the address and the agent; stays when these are cleared. Set by the database. */
	erasable_hash: Generated<Buffer>;
	/** SHA-256 of the row before; all zero for the first. Set by the database. */
	previous_hash: Generated<Buffer>;
	/** SHA-256 over `previous_hash`, `erasable_hash` and what else is in this row. Set by the database. */
	row_hash: Generated<Buffer>;
}

/** One row: the end of the audit log's chain. Written by the database alone. */
export interface AuditChainTable {
	readonly id: Generated<boolean>;
	row_count: number;
	head_hash: Buffer;
}

export interface RefreshTokensTable {
	token_id: Generated<string>;
	user_id: string;
	/** All tokens that descend from one log-in. */
	family_id: string;
	/** SHA-256 of the token. */
	token_hash: Buffer;
	created_at: Timestamp;
	expires_at: ColumnType<Date, Date | string, Date | string>;
	/** Set when it was exchanged for its successor; presenting it again revokes the family. */
	used_at: OptionalTimestamp;
	revoked_at: OptionalTimestamp;
}

export interface ConsentsTable {
	consent_id: Generated<string>;
	user_id: string;
	purpose: "photo_processing" | "research_use";
	granted: boolean;
	/** Version of the text that was shown. */
	version: string;
	created_at: Timestamp;
}

export interface IdempotencyKeysTable {
	user_id: string;
	key: string;
	/** SHA-256 of the request's content. */
	fingerprint: Buffer;
	/** What the request has made: a fit's session or, at once, a model. */
	session_id: string | null;
	model_id: string | null;
	created_at: Timestamp;
	expires_at: ColumnType<Date, Date | string, Date | string>;
}

export interface ExportsTable {
	export_id: Generated<string>;
	user_id: string;
	model_id: string;
	format: string;
	/** In the object store. */
	object_key: string;
	size_bytes: number;
	created_at: Timestamp;
	expires_at: ColumnType<Date, Date | string, Date | string>;
}

/** What a researcher sees: subjects that are anonymous and whose owners agree to research now. Empty for others. */
export interface ResearchSubjectsView {
	/** Not the subject's id. */
	research_subject_id: string;
	gender: SubjectsTable["gender"];
	birth_year: number | null;
}

/** Measurements of {@link ResearchSubjectsView}. */
export interface ResearchMeasurementsView {
	research_subject_id: string;
	research_model_id: string;
	measurement_type: string;
	value: number;
	unit: MeasurementsTable["unit"];
	sigma: number | null;
	interval90_low: number | null;
	interval90_high: number | null;
	confidence: number | null;
	extracted_from: MeasurementsTable["extracted_from"];
	measured_year: number;
}

export interface DatabaseSchema {
	users: UsersTable;
	subjects: SubjectsTable;
	fitted_models: FittedModelsTable;
	measurements: MeasurementsTable;
	sessions: SessionsTable;
	audit_log: AuditLogTable;
	audit_chain: AuditChainTable;
	refresh_tokens: RefreshTokensTable;
	consents: ConsentsTable;
	idempotency_keys: IdempotencyKeysTable;
	exports: ExportsTable;
	research_subjects: ResearchSubjectsView;
	research_measurements: ResearchMeasurementsView;
}

export type UserRow = Selectable<UsersTable>;
export type SubjectRow = Selectable<SubjectsTable>;
export type FittedModelRow = Selectable<FittedModelsTable>;
export type NewFittedModel = Insertable<FittedModelsTable>;
export type MeasurementRow = Selectable<MeasurementsTable>;
export type SessionRow = Selectable<SessionsTable>;
export type RefreshTokenRow = Selectable<RefreshTokensTable>;
export type ConsentRow = Selectable<ConsentsTable>;
export type IdempotencyKeyRow = Selectable<IdempotencyKeysTable>;
export type ExportRow = Selectable<ExportsTable>;
export type AuditLogRow = Selectable<AuditLogTable>;
