import { AsyncLocalStorage } from "node:async_hooks";
import { AppError } from "@anny-fitter/contracts";
import { ExponentialBackoff, halfJitterGenerator, handleWhen, retry } from "cockatiel";
import { type Kysely, sql } from "kysely";
import { type ServiceMetrics, withinTrace } from "../observability/index.js";
import type { Actor, Tx } from "./database.js";
import type { Replica } from "./replica.js";
import { APP_ROLE, SYSTEM_ROLE } from "./roles.js";
import type { DatabaseSchema } from "./schema.js";
import { isConnectionLost, isTransient } from "./transient-errors.js";

const TRIES = 3;
const FIRST_DELAY_ms = 100;
const LONGEST_DELAY_ms = 2_000;

/** What a transaction's span says. */
const FACTS_OF_ROLE = {
	[APP_ROLE]: { "db.system": "postgresql", "db.role": APP_ROLE },
	[SYSTEM_ROLE]: { "db.system": "postgresql", "db.role": SYSTEM_ROLE },
} as const;

type Role = typeof APP_ROLE | typeof SYSTEM_ROLE;

export interface Transactions {
	asUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T>;
	readAsUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T>;
	asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	elevate<T>(tx: Tx, work: () => Promise<T>): Promise<T>;
}

/** How a transaction is begun. */
interface Beginning {
	readonly role: Role;
	readonly actor: Actor | null;
	readonly isReadOnly?: boolean;
	/** Before anything else; throws when there is no use in going on. */
	readonly prepare?: (tx: Tx) => Promise<void>;
}

/** The outcome of the commit is unknown: trying again could do the work twice. */
class LostCommit extends Error {}

/** Work in transactions under a role, tried again after faults that pass. */
export function createTransactions(
	primary: Kysely<DatabaseSchema>,
	metrics?: Pick<ServiceMetrics, "observeTransaction">,
	replica?: Replica,
): Transactions {
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

	async function attempt<T>(
		kysely: Kysely<DatabaseSchema>,
		{ role, actor, isReadOnly = false, prepare }: Beginning,
		work: (tx: Tx) => Promise<T>,
	): Promise<T> {
		let isDone = false;
		const state = { open: true };
		const transaction = isReadOnly ? kysely.transaction().setAccessMode("read only") : kysely.transaction();
		try {
			return await transaction.execute(async (tx) => {
				await prepare?.(tx);
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
			if (isDone && !isReadOnly && isConnectionLost(error)) throw new LostCommit("commit", { cause: error });
			throw error;
		} finally {
			state.open = false;
		}
	}

	/** Times an attempt; the wait for a connection counts. */
	async function observed<T>(role: Role, work: () => Promise<T>): Promise<T> {
		const started = performance.now();
		let outcome = "rolled_back";
		try {
			const result = await withinTrace("database transaction", { kind: "client", facts: FACTS_OF_ROLE[role] }, work);
			outcome = "committed";
			return result;
		} catch (error) {
			if (isTransient(error)) outcome = "lost";
			throw error;
		} finally {
			metrics?.observeTransaction(role, outcome, (performance.now() - started) / 1000);
		}
	}

	function refuseInside(): void {
		if (surrounding.getStore()?.open === true) {
			throw new TypeError("The work of a transaction opens another one; pass it the transaction it has.");
		}
	}

	async function run<T>(beginning: Beginning, work: (tx: Tx) => Promise<T>): Promise<T> {
		refuseInside();
		try {
			return await policy.execute(() => observed(beginning.role, () => attempt(primary, beginning, work)));
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
		asUser: (actor, work) => run({ role: APP_ROLE, actor }, work),
		async readAsUser(actor, work) {
			const beginning = { role: APP_ROLE, actor, isReadOnly: true } as const;
			refuseInside();
			const read = await replica?.read((kysely, prepare) =>
				observed(APP_ROLE, () => attempt(kysely, { ...beginning, prepare }, work)),
			);
			return read == null ? await run(beginning, work) : read.value;
		},
		asSystem: (work) => run({ role: SYSTEM_ROLE, actor: null }, work),
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
