import { AsyncLocalStorage } from "node:async_hooks";
import { AppError } from "@anny-fitter/contracts";
import { ExponentialBackoff, halfJitterGenerator, handleWhen, retry } from "cockatiel";
import { type Kysely, sql } from "kysely";
import type { Actor, Tx } from "./database.js";
import { APP_ROLE, SYSTEM_ROLE } from "./roles.js";
import type { DatabaseSchema } from "./schema.js";
import { isConnectionLost, isTransient } from "./transient-errors.js";

const TRIES = 3;
const FIRST_DELAY_ms = 100;
const LONGEST_DELAY_ms = 2_000;

type Role = typeof APP_ROLE | typeof SYSTEM_ROLE;

export interface Transactions {
	asUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T>;
	asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	elevate<T>(tx: Tx, work: () => Promise<T>): Promise<T>;
}

/** The outcome of the commit is unknown: trying again could do the work twice. */
class LostCommit extends Error {}

/** Work in transactions under a role, tried again after faults that pass. */
export function createTransactions(kysely: Kysely<DatabaseSchema>): Transactions {
	const roles = new WeakMap<Tx, Role>();
	// Work that opens a second transaction would wait for itself where there is one connection.
	const surrounding = new AsyncLocalStorage<{ open: boolean }>();
	const policy = retry(
		handleWhen((error) => isTransient(error)),
		{
			maxAttempts: TRIES - 1,
			backoff: new ExponentialBackoff({
				initialDelay: FIRST_DELAY_ms,
				maxDelay: LONGEST_DELAY_ms,
				// Others that failed at the same moment wait differently long; later waits are still the longer ones.
				generator: halfJitterGenerator,
			}),
		},
	);

	async function attempt<T>(role: Role, actor: Actor | null, work: (tx: Tx) => Promise<T>): Promise<T> {
		let isDone = false;
		const state = { open: true };
		try {
			return await kysely.transaction().execute(async (tx) => {
				if (actor !== null) {
					// Before the role, which may not set these.
					await sql`select set_config('app.user_id', ${actor.userId}, true),
						set_config('app.user_role', ${actor.role}, true)`.execute(tx);
				}
				await setRole(tx, role);
				roles.set(tx, role);
				const result = await surrounding.run(state, () => work(tx));
				isDone = true;
				return result;
			});
		} catch (error) {
			if (isDone && isConnectionLost(error)) throw new LostCommit("commit", { cause: error });
			throw error;
		} finally {
			state.open = false;
		}
	}

	async function run<T>(role: Role, actor: Actor | null, work: (tx: Tx) => Promise<T>): Promise<T> {
		if (surrounding.getStore()?.open === true) {
			throw new TypeError("The work of a transaction opens another one; pass it the transaction it has.");
		}
		try {
			return await policy.execute(() => attempt(role, actor, work));
		} catch (error) {
			if (error instanceof LostCommit || isTransient(error)) {
				throw new AppError("database_unavailable", "The database did not answer in time.", {
					retryable: true,
					cause: error,
				});
			}
			throw error;
		}
	}

	return {
		asUser: (actor, work) => run(APP_ROLE, actor, work),
		asSystem: (work) => run(SYSTEM_ROLE, null, work),
		async elevate(tx, work) {
			const role = roles.get(tx);
			if (role === undefined) throw new TypeError("This is not a transaction of this database.");
			if (role === SYSTEM_ROLE) return await work();
			await setRole(tx, SYSTEM_ROLE);
			roles.set(tx, SYSTEM_ROLE);
			try {
				return await work();
			} finally {
				roles.set(tx, role);
				// In a failed transaction nothing more can be done, and what failed is to be reported.
				await setRole(tx, role).catch((error) => {
					if (!(error instanceof Error && "code" in error && error.code === "25P02") && !isTransient(error))
						throw error;
				});
			}
		},
	};
}

async function setRole(tx: Tx, role: Role): Promise<void> {
	await sql`set local role ${sql.ref(role)}`.execute(tx);
}
