import ts from "typescript";

/** A text that a source file asks for. */
export interface UsedKey {
	readonly key: string;
	/** Where it may stand; null when the file does not say. */
	readonly namespaces: readonly string[] | null;
}

/**
 * The fixed keys in a source file: first arguments of what `useTranslation` gave, under whatever name, and of i18next
 * itself. Keys that are put together at run time are left out.
 */
export function usedKeys(source: string): UsedKey[] {
	const file = ts.createSourceFile("file.tsx", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
	// What is handed on as a parameter is called `t` by habit; its file does not say what it reads.
	const namespacesByName = new Map<string, Set<string>>([["t", new Set()]]);
	visit(file, (node) => {
		if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return;
		const call = node.initializer;
		if (call === undefined || !ts.isCallExpression(call) || call.expression.getText() !== "useTranslation") return;
		for (const element of node.name.elements) {
			if ((element.propertyName ?? element.name).getText() !== "t") continue;
			const name = element.name.getText();
			const all = namespacesByName.get(name) ?? new Set();
			for (const namespace of namespacesIn(call.arguments[0])) all.add(namespace);
			namespacesByName.set(name, all);
		}
	});
	const found: UsedKey[] = [];
	visit(file, (node) => {
		if (!ts.isCallExpression(node)) return;
		const callee = node.expression.getText();
		const namespaces = callee === "i18next.t" ? new Set(["common"]) : namespacesByName.get(callee);
		if (namespaces === undefined) return;
		for (const key of textsIn(node.arguments[0])) {
			const [namespace, rest] = key.includes(":") ? key.split(":", 2) : [null, key];
			found.push({
				key: rest ?? "",
				namespaces:
					namespace !== null && namespace !== undefined ? [namespace] : namespaces.size > 0 ? [...namespaces] : null,
			});
		}
	});
	return found;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
	look(node);
	node.forEachChild((child) => visit(child, look));
}

function namespacesIn(given: ts.Expression | undefined): string[] {
	if (given === undefined) return ["common"];
	return ts.isArrayLiteralExpression(given) ? given.elements.flatMap(textsIn) : textsIn(given);
}

/** The texts that an expression can be, as far as they stand in it. */
function textsIn(node: ts.Expression | undefined): string[] {
	if (node === undefined) return [];
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isParenthesizedExpression(node)) return textsIn(node.expression);
	if (ts.isConditionalExpression(node)) return [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)];
	return [];
}
