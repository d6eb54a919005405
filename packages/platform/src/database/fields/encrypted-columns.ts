import {
	BinaryOperationNode,
	ColumnNode,
	ColumnUpdateNode,
	type InsertQueryNode,
	type KyselyPlugin,
	type OperationNode,
	OperationNodeTransformer,
	OperatorNode,
	type PluginTransformQueryArgs,
	type PluginTransformResultArgs,
	PrimitiveValueListNode,
	type QueryId,
	type QueryResult,
	ReferenceNode,
	type RootOperationNode,
	type UnknownRow,
	type UpdateQueryNode,
	ValueListNode,
	ValueNode,
} from "kysely";
import type { FieldCipher } from "./field-cipher.js";

/** Texts that tell who a person is, by table. */
export const ENCRYPTED_TEXTS: Readonly<Record<string, readonly string[]>> = {
	users: ["email"],
	subjects: ["name", "date_of_birth"],
};

/** The same within JSON, by table and column. */
export const ENCRYPTED_PATHS: Readonly<Record<string, Readonly<Record<string, readonly (readonly string[])[]>>>> = {
	fitted_models: { document: [["name"], ["stated", "date_of_birth"]] },
	sessions: { request: [["stated", "date_of_birth"]] },
};

const TEXT_COLUMNS = new Set(Object.values(ENCRYPTED_TEXTS).flat());
const JSON_COLUMNS = new Map(Object.values(ENCRYPTED_PATHS).flatMap((columns) => Object.entries(columns)));

/**
 * Encrypts on the way into the database and decrypts on the way out, so that no query can forget to. An address is looked
 * up by its index (`where email = …`); other conditions on these columns, and their order, mean nothing in SQL.
 */
export function encryptColumns(cipher: FieldCipher): KyselyPlugin {
	const transformer = new ColumnTransformer(cipher);
	return {
		transformQuery: ({ node, queryId }: PluginTransformQueryArgs): RootOperationNode =>
			transformer.transformNode(node, queryId),
		transformResult: async ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => {
			for (const row of result.rows) decryptRow(cipher, row);
			return result;
		},
	};
}

class ColumnTransformer extends OperationNodeTransformer {
	readonly #cipher: FieldCipher;

	constructor(cipher: FieldCipher) {
		super();
		this.#cipher = cipher;
	}

	protected override transformBinaryOperation(node: BinaryOperationNode, queryId?: QueryId): BinaryOperationNode {
		const { leftOperand, operator, rightOperand } = node;
		if (
			nameOf(leftOperand) === "email" &&
			OperatorNode.is(operator) &&
			operator.operator === "=" &&
			ValueNode.is(rightOperand) &&
			typeof rightOperand.value === "string"
		) {
			const table = ReferenceNode.is(leftOperand) ? leftOperand.table : undefined;
			return BinaryOperationNode.create(
				ReferenceNode.create(ColumnNode.create("email_hash"), table),
				OperatorNode.create("in"),
				PrimitiveValueListNode.create(this.#cipher.indexesOf(rightOperand.value)),
			);
		}
		return super.transformBinaryOperation(node, queryId);
	}

	protected override transformInsertQuery(node: InsertQueryNode, queryId?: QueryId): InsertQueryNode {
		const inserted = super.transformInsertQuery(node, queryId);
		const table = inserted.into?.table.identifier.name ?? "";
		const { columns, values } = inserted;
		if (!isConcerned(table) || columns === undefined || values?.kind !== "ValuesNode") return inserted;
		const names = columns.map(({ column }) => column.name);
		const lists = (values as OperationNode & { values: readonly OperationNode[] }).values;
		const rows = lists.map((list) => {
			const given = PrimitiveValueListNode.is(list)
				? list.values.map((value) => ValueNode.create(value))
				: (list as ValueListNode).values;
			const written = given.map((value, index) => this.#write(table, names[index]!, value));
			return ValueListNode.create([
				...written,
				...names.flatMap((name, index) => this.#beside(table, name, given[index]!).map(([, value]) => value)),
			]);
		});
		const beside = names.flatMap((name) => this.#beside(table, name, ValueNode.create(null)).map(([column]) => column));
		return {
			...inserted,
			columns: [...columns, ...beside.map((name) => ColumnNode.create(name))],
			values: { ...values, values: rows } as OperationNode,
		};
	}

	protected override transformUpdateQuery(node: UpdateQueryNode, queryId?: QueryId): UpdateQueryNode {
		const updated = super.transformUpdateQuery(node, queryId);
		const table = tableOf(updated.table);
		if (!isConcerned(table) || updated.updates === undefined) return updated;
		return {
			...updated,
			updates: updated.updates.flatMap((update) => {
				const name = nameOf(update.column) ?? "";
				return [
					{ ...update, value: this.#write(table, name, update.value) },
					...this.#beside(table, name, update.value).map(([column, value]) =>
						ColumnUpdateNode.create(ColumnNode.create(column), value),
					),
				];
			}),
		};
	}

	#write(table: string, column: string, node: OperationNode): OperationNode {
		if (!ValueNode.is(node) || typeof node.value !== "string") return node;
		if (ENCRYPTED_TEXTS[table]?.includes(column) === true) {
			return ValueNode.create(this.#cipher.encrypt(column, node.value));
		}
		const paths = ENCRYPTED_PATHS[table]?.[column];
		if (paths === undefined || this.#cipher.currentKeyId === null) return node;
		const document: unknown = JSON.parse(node.value);
		changePaths(document, column, paths, (path, text) => this.#cipher.encrypt(path, text));
		return ValueNode.create(JSON.stringify(document));
	}

	/** What is kept beside an encrypted value, since the database can no longer make it itself. */
	#beside(table: string, column: string, node: OperationNode): [string, ValueNode][] {
		if (this.#cipher.currentKeyId === null) return [];
		const text = ValueNode.is(node) && typeof node.value === "string" ? node.value : null;
		if (table === "users" && column === "email") {
			return [["email_hash", ValueNode.create(text === null ? null : this.#cipher.indexOf(text))]];
		}
		if (table === "subjects" && column === "date_of_birth") {
			return [["birth_year", ValueNode.create(text === null ? null : Number(text.slice(0, 4)))]];
		}
		return [];
	}
}

function decryptRow(cipher: FieldCipher, row: UnknownRow): void {
	for (const [column, value] of Object.entries(row)) {
		if (typeof value === "string") {
			if (TEXT_COLUMNS.has(column)) row[column] = cipher.decrypt(column, value);
			continue;
		}
		const paths = JSON_COLUMNS.get(column);
		if (paths !== undefined) changePaths(value, column, paths, (path, text) => cipher.decrypt(path, text));
	}
}

/** Changes texts in a document, in place. */
function changePaths(
	document: unknown,
	column: string,
	paths: readonly (readonly string[])[],
	change: (path: string, text: string) => string,
): void {
	for (const path of paths) {
		let parent = document;
		for (const name of path.slice(0, -1)) parent = (parent as Record<string, unknown> | null | undefined)?.[name];
		const last = path.at(-1)!;
		if (typeof parent !== "object" || parent === null) continue;
		const holder = parent as Record<string, unknown>;
		const text = holder[last];
		if (typeof text === "string") holder[last] = change(`${column}.${path.join(".")}`, text);
	}
}

function isConcerned(table: string): boolean {
	return table in ENCRYPTED_TEXTS || table in ENCRYPTED_PATHS;
}

function nameOf(node: OperationNode): string | null {
	if (ColumnNode.is(node)) return node.column.name;
	if (ReferenceNode.is(node) && ColumnNode.is(node.column)) return node.column.column.name;
	return null;
}

function tableOf(node: OperationNode | undefined): string {
	return node?.kind === "TableNode"
		? (node as OperationNode & { table: { identifier: { name: string } } }).table.identifier.name
		: "";
}
