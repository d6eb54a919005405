import { AppError } from "@anny-fitter/contracts";
import { type Kysely, sql } from "kysely";

/** Role of a user's work: sees that user's rows. */
export const APP_ROLE = "anny_fitter_app";
/** Role of work that no single user does: sees all rows, may not change the audit log nor the schema. */
export const SYSTEM_ROLE = "anny_fitter_system";

const ROLES = [APP_ROLE, SYSTEM_ROLE] as const;

/**
 * Makes both roles, which belong to the whole server and so are shared by its databases, and the migrating login a
 * member of them. Safe to run by many processes at once.
 *
 * @throws AppError `invalid_configuration` when the login may not make roles, or when a role could bypass row-level
 * security
 */
export async function ensureRoles(db: Kysely<unknown>): Promise<void> {
	for (const role of ROLES) {
		await sql
			.raw(`do $$ begin
				if not exists (select from pg_roles where rolname = '${role}') then
					create role ${role} nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
				end if;
			exception when duplicate_object or unique_violation then null;
			end $$`)
			.execute(db)
			.catch((error) => {
				throw codeOf(error) === "42501"
					? refused(`The role ${role} does not exist and this login may not make it`, error)
					: error;
			});
	}
	const { rows } = await sql<{ rolname: string }>`
		select rolname from pg_roles where rolname in (${APP_ROLE}, ${SYSTEM_ROLE}) and (rolsuper or rolbypassrls)`.execute(
		db,
	);
	if (rows[0] !== undefined) {
		throw new AppError("invalid_configuration", `The database role ${rows[0].rolname} bypasses row-level security.`, {
			remedy: `Run \`alter role ${rows[0].rolname} nosuperuser nobypassrls\` as an administrator of the database.`,
		});
	}
	const { rows: self } = await sql<{ name: string }>`select current_user::text as name`.execute(db);
	await grantRoles(db, self[0]!.name);
}

/**
 * Lets a login take both roles, and closes to everybody else the function that could change role or user from inside a
 * query (only possible for a superuser; see docs/decisions/0008).
 */
export async function grantRoles(db: Kysely<unknown>, login: string): Promise<void> {
	const { rows } = await sql<{ version: number; superuser: boolean }>`
		select current_setting('server_version_num')::int as version, rolsuper as superuser
		from pg_roles where rolname = current_user`.execute(db);
	const { version, superuser } = rows[0]!;
	// Until version 16 every member may SET ROLE.
	const right = version >= 160000 ? "SET" : "MEMBER";
	const options = version >= 160000 ? sql` with set true, inherit false` : sql``;
	for (const role of ROLES) {
		const { rows: has } = await sql<{ member: boolean }>`
			select pg_has_role(${login}::name, ${role}::name, ${right}) as member`.execute(db);
		if (has[0]!.member) continue;
		await retryCatalog(() =>
			sql`grant ${sql.ref(role)} to ${sql.ref(login)}${options}`.execute(db).catch((error) => {
				throw codeOf(error) === "42501"
					? refused(`The login ${login} is not a member of the role ${role} and cannot be made one`, error)
					: error;
			}),
		);
	}
	if (superuser) await closeSetConfig(db, login);
}

/** Lets a login read a table. Safe to run by many processes at once. */
export async function grantReads(db: Kysely<unknown>, table: string, login: string): Promise<void> {
	const { rows } = await sql<{ may: boolean }>`
		select has_table_privilege(${login}::name, ${table}, 'select') as may`.execute(db);
	if (rows[0]!.may) return;
	await retryCatalog(() => sql`grant select on ${sql.table(table)} to ${sql.ref(login)}`.execute(db));
}

async function closeSetConfig(db: Kysely<unknown>, login: string): Promise<void> {
	const signature = "pg_catalog.set_config(text, text, boolean)";
	const { rows } = await sql<{ open: boolean; login: boolean }>`select
		has_function_privilege(${APP_ROLE}, ${signature}, 'execute') as open,
		has_function_privilege(${login}::name, ${signature}, 'execute') as login`.execute(db);
	const { open, login: may } = rows[0]!;
	if (open) {
		await retryCatalog(() => sql.raw(`revoke execute on function ${signature} from public`).execute(db));
	}
	if (open || !may) {
		await retryCatalog(() => sql`grant execute on function ${sql.raw(signature)} to ${sql.ref(login)}`.execute(db));
	}
}

/** Two processes that change one row of a catalogue at once: the later one fails and finds the work done. */
async function retryCatalog(change: () => Promise<unknown>): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			await change();
			return;
		} catch (error) {
			const raced = codeOf(error) === "XX000" || codeOf(error) === "23505";
			if (!raced || attempt === 5) throw error;
			await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
		}
	}
}

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

function refused(sentence: string, cause: unknown): AppError {
	return new AppError("invalid_configuration", `${sentence}.`, {
		remedy: `Give DATABASE_OWNER_URL a login with CREATEROLE, or let an administrator make ${APP_ROLE} and ${SYSTEM_ROLE} and grant them to both logins.`,
		cause,
	});
}
