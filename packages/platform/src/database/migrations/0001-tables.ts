import { type Kysely, sql } from "kysely";

/**
 * Every table with a `user_id` repeats it from its parent and refers to both columns, so that row-level security needs
 * no join and no row can be attached to another user's.
 */
const UP = `
create table users (
	user_id uuid primary key default gen_random_uuid(),
	email varchar(255) not null unique check (email = lower(email)),
	password_hash varchar(255) not null,
	role varchar(50) not null default 'user' check (role in ('user', 'researcher', 'admin')),
	created_at timestamptz not null default now(),
	last_login timestamptz,
	tokens_valid_after timestamptz not null default 'epoch'
);

create table subjects (
	subject_id uuid primary key default gen_random_uuid(),
	user_id uuid not null references users on delete cascade,
	name varchar(255),
	date_of_birth date,
	gender varchar(50) check (gender in ('male', 'female', 'other', 'unspecified')),
	anonymized boolean not null default false,
	created_by_fit boolean not null default false,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	unique (subject_id, user_id),
	constraint anonymous_has_no_name check (not anonymized or name is null)
);
create index subjects_user_id on subjects (user_id);
create index subjects_created_at on subjects (created_at);

create table sessions (
	session_id uuid primary key default gen_random_uuid(),
	user_id uuid not null references users on delete cascade,
	subject_id uuid,
	status varchar(50) not null default 'active'
		check (status in ('queued', 'active', 'completed', 'failed', 'cancelled', 'expired')),
	stage text,
	progress double precision not null default 0 check (progress between 0 and 1),
	model_id uuid,
	error_code text,
	error_detail text,
	error_remedy text,
	attempt integer not null default 0,
	lease_expires_at timestamptz,
	request jsonb not null default '{}',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	expires_at timestamptz not null,
	unique (session_id, user_id),
	foreign key (subject_id, user_id) references subjects (subject_id, user_id) on delete set null (subject_id)
);
create index sessions_user_id on sessions (user_id);
create index sessions_subject_id on sessions (subject_id);
create index sessions_model_id on sessions (model_id);
create index sessions_expires_at on sessions (expires_at);
create index sessions_running on sessions (lease_expires_at) where status in ('queued', 'active');

create table fitted_models (
	model_id uuid primary key default gen_random_uuid(),
	subject_id uuid not null,
	user_id uuid not null,
	session_id uuid unique,
	phenotype_parameters jsonb not null,
	pose_parameters bytea,
	pose_bones jsonb not null default '[]',
	local_changes jsonb not null default '{}',
	fitting_error double precision,
	processing_time double precision,
	num_images_used integer not null,
	document jsonb not null default '{}',
	flagged_for_review boolean not null default false,
	review_state varchar(50) not null default 'none' check (review_state in ('none', 'open', 'accepted', 'rejected')),
	review_note text,
	reviewed_by uuid references users on delete set null,
	reviewed_at timestamptz,
	created_at timestamptz not null default now(),
	unique (model_id, user_id),
	foreign key (subject_id, user_id) references subjects (subject_id, user_id) on delete cascade,
	foreign key (session_id, user_id) references sessions (session_id, user_id) on delete set null (session_id)
);
create index fitted_models_subject_id on fitted_models (subject_id);
create index fitted_models_user_id on fitted_models (user_id);
create index fitted_models_created_at on fitted_models (created_at);
create index fitted_models_reviewed_by on fitted_models (reviewed_by);
create index fitted_models_review_queue on fitted_models (created_at) where flagged_for_review;

alter table sessions add foreign key (model_id, user_id) references fitted_models (model_id, user_id)
	on delete set null (model_id);

create table measurements (
	measurement_id uuid primary key default gen_random_uuid(),
	model_id uuid not null,
	user_id uuid not null,
	measurement_type varchar(100) not null,
	value double precision not null,
	unit varchar(50) not null check (unit in ('meters', 'kilograms')),
	sigma double precision,
	interval90_low double precision,
	interval90_high double precision,
	confidence double precision check (confidence between 0 and 1),
	extracted_from varchar(50) not null check (extracted_from in ('image', 'model')),
	detail jsonb not null default '{}',
	created_at timestamptz not null default now(),
	foreign key (model_id, user_id) references fitted_models (model_id, user_id) on delete cascade
);
create index measurements_model_id on measurements (model_id);
create index measurements_user_id on measurements (user_id);
create index measurements_measurement_type on measurements (measurement_type);

create table audit_log (
	log_id integer primary key,
	user_id uuid references users on delete set null,
	action varchar(255) not null,
	resource_type varchar(100),
	resource_id uuid,
	"timestamp" timestamptz not null default now(),
	ip_address inet,
	user_agent text,
	erasable_salt bytea,
	erasable_hash bytea not null,
	previous_hash bytea not null,
	row_hash bytea not null
);
create index audit_log_user_id on audit_log (user_id);
create index audit_log_timestamp on audit_log ("timestamp");
create index audit_log_action on audit_log (action);

create table refresh_tokens (
	token_id uuid primary key default gen_random_uuid(),
	user_id uuid not null references users on delete cascade,
	family_id uuid not null,
	token_hash bytea not null unique,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	used_at timestamptz,
	revoked_at timestamptz
);
create index refresh_tokens_user_id on refresh_tokens (user_id);
create index refresh_tokens_family_id on refresh_tokens (family_id);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

create table consents (
	consent_id uuid primary key default gen_random_uuid(),
	user_id uuid not null references users on delete cascade,
	purpose varchar(50) not null check (purpose in ('photo_processing', 'research_use')),
	granted boolean not null,
	version varchar(50) not null,
	created_at timestamptz not null default now()
);
create index consents_latest on consents (user_id, purpose, created_at desc);

create table idempotency_keys (
	user_id uuid not null references users on delete cascade,
	key varchar(255) not null,
	fingerprint bytea not null,
	session_id uuid not null,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	primary key (user_id, key),
	-- Deferred, so that the key can be taken before its session is made.
	foreign key (session_id, user_id) references sessions (session_id, user_id) on delete cascade
		deferrable initially deferred
);
create index idempotency_keys_session_id on idempotency_keys (session_id);
create index idempotency_keys_expires_at on idempotency_keys (expires_at);

create table exports (
	export_id uuid primary key default gen_random_uuid(),
	user_id uuid not null,
	model_id uuid not null,
	format varchar(50) not null,
	object_key text not null,
	size_bytes integer not null,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	foreign key (model_id, user_id) references fitted_models (model_id, user_id) on delete cascade
);
create index exports_model_id on exports (model_id);
create index exports_user_id on exports (user_id);
create index exports_expires_at on exports (expires_at);
`;

const DOWN = `
alter table sessions drop constraint sessions_model_id_user_id_fkey;
drop table exports, idempotency_keys, consents, refresh_tokens, audit_log, measurements, fitted_models, sessions,
	subjects, users;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
	await sql.raw(UP).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql.raw(DOWN).execute(db);
}
