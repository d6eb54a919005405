import fc from "fast-check";

/** Stands in every hostile text, so that a log that repeats one can be found out. */
export const CANARY = "zq7canary";

type Schema = Readonly<Record<string, unknown>>;

/** Texts that have broken other servers; none is a credential, an address of a machine or a working exploit. */
const NASTY_TEXTS = [
	"",
	" ",
	"\0",
	`${CANARY}\0${CANARY}`,
	"\u0000\u0001\u001f\u007f\u0085",
	`${CANARY}\ud800`,
	`\udfff${CANARY}\ud83d`,
	"\ufeff\u202e\u2066",
	"a\r\nset-cookie: x=1\r\n\r\n",
	"NaN",
	"Infinity",
	"-Infinity",
	"1e309",
	"-0",
	"0x10",
	"9007199254740993",
	"99999999999999999999999999",
	"١٢٣",
	"null",
	"undefined",
	"true",
	"[object Object]",
	"__proto__",
	"constructor",
	"prototype",
	"hasOwnProperty",
	"toString",
	"%",
	"_",
	"'",
	'"',
	"\\",
	"\\'; drop table subjects; --",
	"%00",
	"%c0%ae",
	"../../../../etc/hostname",
	`${CANARY}{{7*7}}`,
	"{}[]",
	"0000-01-01",
	"0000-01-01T00:00:00Z",
	"-271821-04-20T00:00:00.000Z",
	"9999-12-31T23:59:59.999999999Z",
	"2000-02-30",
	"00000000-0000-0000-0000-000000000000",
	"ffffffff-ffff-ffff-ffff-ffffffffffff",
	"a@b",
	`${CANARY}\0@example.org`,
	`${"a".repeat(64)}@${"b".repeat(63)}.example`,
	"é".normalize("NFD"),
	"ﷺ".repeat(100),
	`${CANARY}${"\u0301".repeat(2000)}`,
	CANARY.repeat(3000),
] as const;

export function hostileText(): fc.Arbitrary<string> {
	return fc.oneof(
		{ weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
		{ weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }).map((text) => CANARY + text) },
		{
			weight: 1,
			arbitrary: fc
				.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
				.map((codes) => CANARY + String.fromCharCode(...codes)),
		},
	);
}

/** JSON text of any value, not of any document: numbers beyond doubles, keys that mean something to JavaScript. */
export function hostileValue(): fc.Arbitrary<string> {
	return fc.oneof(
		{ weight: 3, arbitrary: hostileText().map((text) => JSON.stringify(text)) },
		{ weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
		fc.constantFrom(
			"1e400",
			"-1e400",
			"1e-400",
			"-0",
			"123456789012345678901234567890",
			"0.1e1",
			"2147483648",
			"9223372036854775808",
			"null",
			"true",
			"[]",
			"{}",
			"[null]",
			"\ufeff{}",
			'{"__proto__":{"polluted":true}}',
			'{"constructor":{"prototype":{"polluted":true}}}',
			'{"\\u005f_proto__":{"polluted":true}}',
			'{"toString":1,"valueOf":null,"toJSON":"x","then":1,"length":4294967295}',
			`${"[".repeat(5000)}${"]".repeat(5000)}`,
			`${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`,
			`[${"0,".repeat(20_000)}0]`,
		),
	);
}

/** Bodies of which not even the form is right. */
export const BROKEN_JSON: readonly string[] = [
	"",
	"{",
	"}",
	'{"a":}',
	'{"a":1,}',
	"{'a':1}",
	"NaN",
	"Infinity",
	"[1",
	'"',
	"\u0000",
	'{"a":"\t"}',
	'{"a":"\\x"}',
	'{"a":"\\ud800"}',
	"01",
	"1 2",
	"//{}",
	"[".repeat(100_000),
	`${"[".repeat(100_000)}${"]".repeat(100_000)}`,
	`${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`,
	`{${'"a":1,'.repeat(30_000)}"a":1}`,
	`"${"\\u0000".repeat(30_000)}"`,
	'{"__proto__":{"polluted":true}}',
	'{"constructor":{"prototype":{"polluted":true}}}',
	'{"a":{"b":{"__proto__":null}}}',
];

/** A value that a schema of the OpenAPI document would take, more or less. */
export function fittingValue(schema: Schema, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
	if (typeof schema.$ref === "string") return fittingValue(schemas[schema.$ref.split("/").at(-1)!] ?? {}, schemas);
	const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
	if (choices !== undefined) return fc.oneof(...choices.map((choice) => fittingValue(choice, schemas)));
	if (schema.const !== undefined) return fc.constant(schema.const);
	if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
	if (Array.isArray(schema.type)) {
		return fc.oneof(...schema.type.map((type) => fittingValue({ ...schema, type }, schemas)));
	}
	switch (schema.type) {
		case "object": {
			const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
			const required = (schema.required ?? []) as string[];
			return fc.record(Object.fromEntries(properties.map(([name, of]) => [name, fittingValue(of, schemas)])), {
				requiredKeys: required,
			});
		}
		case "array":
			return fc.array(fittingValue((schema.items ?? {}) as Schema, schemas), { maxLength: 5 });
		case "integer":
			return fc.integer({ min: Number(schema.minimum ?? 0), max: Math.min(Number(schema.maximum ?? 1000), 2 ** 31) });
		case "number":
			return fc.double({ min: 0, max: 100, noNaN: true });
		case "boolean":
			return fc.boolean();
		case "null":
			return fc.constant(null);
		default:
			return fittingText(String(schema.format ?? ""), Number(schema.maxLength ?? 40));
	}
}

function fittingText(format: string, maxLength: number): fc.Arbitrary<string> {
	if (format === "uuid") return fc.uuid();
	if (format === "email") return fc.nat().map((id) => `${CANARY}${id}@example.org`);
	if (format === "date") return fc.constantFrom("1990-04-23", "2012-02-29", "1950-12-31");
	if (format === "date-time") return fc.constantFrom("2024-04-23T10:00:00Z", "0001-01-01T00:00:00Z");
	if (format === "password") return fc.nat().map((id) => `${CANARY} of mine ${id}`);
	return fc.oneof(
		fc.string({ maxLength: Math.min(maxLength, 40) }),
		fc.nat(9).map((n) => CANARY + n),
	);
}

/** JSON text near to a schema: some of its fields replaced, repeated or joined by others. */
export function nearlyFittingBody(
	schema: Schema,
	schemas: Readonly<Record<string, Schema>>,
	names: readonly string[],
): fc.Arbitrary<string> {
	const key = fc.oneof(
		...(names.length > 0 ? [{ weight: 5, arbitrary: fc.constantFrom(...names) }] : []),
		{ weight: 1, arbitrary: hostileText() },
		{ weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "user_id", "role", "is_admin") },
	);
	return fc
		.tuple(fittingValue(schema, schemas), fc.array(fc.tuple(key, hostileValue()), { maxLength: 3 }))
		.map(([fitting, replaced]) => {
			const members = Object.entries((fitting ?? {}) as object)
				.filter(([name]) => !replaced.some(([other]) => other === name) || name.length % 2 === 0)
				.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
			return `{${[...members, ...replaced.map(([name, text]) => `${JSON.stringify(name)}:${text}`)].join(",")}}`;
		});
}

/** Percent-encoded, or not quite. */
export function hostileUrlPart(): fc.Arbitrary<string> {
	return fc.oneof(
		{ weight: 3, arbitrary: hostileText().map((text) => percentEncode(text.slice(0, 2000))) },
		{ weight: 1, arbitrary: fc.integer({ min: -5, max: 5 }).map(String) },
		{
			weight: 1,
			arbitrary: fc.constantFrom(
				"%",
				"%ZZ",
				"%00",
				"%ff%fe",
				"%ED%A0%80",
				"%c0%ae%c0%ae",
				"%2e%2e%2f",
				"..;",
				"%0d%0aset-cookie:x=1",
				"a%2fb",
				"+",
				"&&&==",
				"[]",
				"a[b][c]=1",
				"%u0041",
				CANARY.repeat(100),
			),
		},
	);
}

/** As encodeURIComponent, but lone surrogates become what a careless client sends for them. */
export function percentEncode(text: string): string {
	return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd")).replaceAll("%EF%BF%BD", "%ED%A0%80");
}
