import type { Actor, Database, Tx } from "@anny-fitter/platform/database";
import {
	BinaryOperationNode,
	ColumnNode,
	type KyselyPlugin,
	OperationNodeTransformer,
	OperatorNode,
	ReferenceNode,
	ValueNode,
} from "kysely";

/**
 * A database whose users' queries have lost every `where user_id = …`, as if the application forgot them all. The
 * system's queries keep theirs, as do those about accounts, where the condition names the row that is meant.
 */
export class DatabaseWithoutOwnership implements Database {
	readonly kind;
	readonly fieldKeyId;
	readonly #database: Database;
	readonly #isBypassing: boolean;
	readonly #plugin = new ForgettingPlugin();
	readonly #originals = new WeakMap<Tx, Tx>();

	/** @param options.bypass runs users' work as the system, so that row-level security is gone as well */
	constructor(database: Database, options: { readonly bypass: boolean }) {
		this.#database = database;
		this.kind = database.kind;
		this.fieldKeyId = database.fieldKeyId;
		this.#isBypassing = options.bypass;
	}

	/** Conditions that were taken away so far. */
	get forgotten(): number {
		return this.#plugin.forgotten;
	}

	asUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
		const careless = this.#careless(work);
		return this.#isBypassing ? this.#database.asSystem(careless) : this.#database.asUser(actor, careless);
	}

	readAsUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
		const careless = this.#careless(work);
		return this.#isBypassing ? this.#database.asSystem(careless) : this.#database.readAsUser(actor, careless);
	}

	asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
		return this.#database.asSystem(work);
	}

	elevate<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
		return this.#database.elevate(this.#originals.get(tx) ?? tx, () => this.#plugin.remembering(work));
	}

	poolUse() {
		return this.#database.poolUse();
	}

	ping(): Promise<void> {
		return this.#database.ping();
	}

	close(): Promise<void> {
		return this.#database.close();
	}

	#careless<T>(work: (tx: Tx) => Promise<T>): (tx: Tx) => Promise<T> {
		return (tx) => {
			const open = tx.withPlugin(this.#plugin) as Tx;
			this.#originals.set(open, tx);
			return work(open);
		};
	}
}

class ForgettingPlugin implements KyselyPlugin {
	readonly #transformer = new ForgettingTransformer();
	#remembering = 0;

	get forgotten(): number {
		return this.#transformer.forgotten;
	}

	async remembering<T>(work: () => Promise<T>): Promise<T> {
		this.#remembering++;
		try {
			return await work();
		} finally {
			this.#remembering--;
		}
	}

	transformQuery({ node }: Parameters<KyselyPlugin["transformQuery"]>[0]) {
		if (this.#remembering > 0 || /"identifier":\{"kind":"IdentifierNode","name":"users"\}/.test(JSON.stringify(node))) {
			return node;
		}
		return this.#transformer.transformNode(node);
	}

	async transformResult({ result }: Parameters<KyselyPlugin["transformResult"]>[0]) {
		return result;
	}
}

/** Puts `1 = 1` in the place of a condition on `user_id`. */
class ForgettingTransformer extends OperationNodeTransformer {
	forgotten = 0;

	protected override transformBinaryOperation(node: BinaryOperationNode): BinaryOperationNode {
		const { leftOperand } = node;
		const isOwnership =
			ReferenceNode.is(leftOperand) &&
			ColumnNode.is(leftOperand.column) &&
			leftOperand.column.column.name === "user_id" &&
			OperatorNode.is(node.operator) &&
			node.operator.operator === "=";
		if (!isOwnership) return super.transformBinaryOperation(node);
		this.forgotten++;
		const one = ValueNode.createImmediate(1);
		return BinaryOperationNode.create(one, OperatorNode.create("="), one);
	}
}
