import { z } from "zod";
import { parseRedisAddress, REDIS_FORM } from "../redis/redis-address.js";

/** One variable of the environment. */
export interface Setting<Value> {
	readonly schema: z.ZodType<Value, string>;
	/** Taken when the variable is not set; undefined means that it has no value then. */
	readonly fallback: Value;
	/** The default in words, for the documentation. */
	readonly fallbackText: string;
	/** What values look like, with their unit; follows "must be". */
	readonly form: string;
	/** One or two sentences, for the documentation. */
	readonly text: string;
	/** Never shown, not even when it is wrong; may also come from the file that `…_FILE` names. */
	readonly isSecret: boolean;
}

/** Whole numbers with a unit, such as "seconds". */
export function integer(
	text: string,
	options: { readonly unit?: string; readonly min: number; readonly max: number; readonly fallback: number },
): Setting<number> {
	const { unit, min, max, fallback } = options;
	return {
		schema: z
			.string()
			.regex(/^\d{1,15}$/)
			.transform(Number)
			.refine((value) => value >= min && value <= max),
		fallback,
		fallbackText: `${fallback}`,
		form: `a whole number${unit === undefined ? "" : ` of ${unit}`} from ${min} to ${max}`,
		text,
		isSecret: false,
	};
}

/** One of several words. */
export function choice<const Word extends string>(text: string, words: readonly Word[], fallback: Word): Setting<Word> {
	return {
		schema: z.enum(words as readonly [Word, ...Word[]]) as unknown as z.ZodType<Word, string>,
		fallback,
		fallbackText: `\`${fallback}\``,
		form: words.map((word) => `\`${word}\``).join(", "),
		text,
		isSecret: false,
	};
}

/** `true` or `false`; `fallbackText` when the default depends on other settings. */
export function flag(text: string, fallbackText = "`false`"): Setting<boolean | undefined> {
	return {
		schema: z.enum(["true", "false"]).transform((word) => word === "true") as z.ZodType<boolean, string>,
		fallback: undefined,
		fallbackText,
		form: "`true` or `false`",
		text,
		isSecret: false,
	};
}

/** Any text; `pattern` narrows it. */
export function words(
	text: string,
	options: {
		readonly form: string;
		readonly fallbackText?: string;
		readonly pattern?: RegExp;
		readonly isSecret?: true;
	},
): Setting<string | undefined> {
	return {
		schema: z.string().regex(options.pattern ?? /^[^\0\r\n]+$/) as z.ZodType<string, string>,
		fallback: undefined,
		fallbackText: options.fallbackText ?? "none",
		form: options.form,
		text,
		isSecret: options.isSecret ?? false,
	};
}

/** An address with one of the protocols. With `isSecret` it may hold a password; otherwise it must not. */
export function address(
	text: string,
	options: {
		readonly protocols: readonly string[];
		readonly form: string;
		readonly fallbackText?: string;
		readonly isSecret?: true;
	},
): Setting<string | undefined> {
	const isSecret = options.isSecret ?? false;
	return {
		schema: z.string().refine((value) => {
			const url = parseUrl(value);
			if (url === null || !options.protocols.includes(url.protocol) || url.hostname === "") return false;
			return isSecret || (url.username === "" && url.password === "");
		}) as z.ZodType<string, string>,
		fallback: undefined,
		fallbackText: options.fallbackText ?? "none",
		form: options.form,
		text,
		isSecret,
	};
}

/** A server, a master of Sentinels or a cluster, perhaps with a password. */
export function redisAddress(text: string, fallbackText: string): Setting<string | undefined> {
	return {
		schema: z.string().refine((value) => parseRedisAddress(value) !== null) as z.ZodType<string, string>,
		fallback: undefined,
		fallbackText,
		form: REDIS_FORM,
		text,
		isSecret: true,
	};
}

/** Origins as browsers send them, separated by commas. */
export function origins(text: string): Setting<readonly string[]> {
	return {
		schema: z
			.string()
			.transform((value) =>
				value
					.split(",")
					.map((part) => part.trim())
					.filter((part) => part !== ""),
			)
			.refine((list) => list.every((part) => /^https?:$/.test(parseUrl(part)?.protocol ?? "")))
			.refine((list) => list.every((part) => parseUrl(part)?.origin === part.replace(/\/$/, "")))
			.transform((list) => list.map((part) => part.replace(/\/$/, ""))),
		fallback: [],
		fallbackText: "none",
		form: "origins such as https://fit.example.org, separated by commas, without a path",
		text,
		isSecret: false,
	};
}

/** Null when the text is no address. */
export function parseUrl(value: string): URL | null {
	return URL.canParse(value) ? new URL(value) : null;
}
