import { inspect } from "node:util";

/** Something that must stay where it belongs, in all the forms in which it could be written down. */
export interface Secret {
	readonly kind: string;
	readonly forms: readonly string[];
}

/** Text such as a name, a password or a token: as it is, in other cases, and encoded. */
export function textSecret(kind: string, text: string): Secret {
	const bytes = Buffer.from(text);
	return {
		kind,
		forms: [
			...new Set([
				text,
				text.toLowerCase(),
				text.toUpperCase(),
				encodeURIComponent(text),
				JSON.stringify(text).slice(1, -1),
				bytes.toString("hex"),
				...base64Forms(bytes),
			]),
		],
	};
}

/** A calendar date, YYYY-MM-DD, as people and programs write it. */
export function dateSecret(kind: string, date: string): Secret {
	const [year, month, day] = date.split("-") as [string, string, string];
	const time = Date.parse(`${date}T00:00:00Z`);
	const forms = [
		date,
		`${year}${month}${day}`,
		`${day}.${month}.${year}`,
		`${day}/${month}/${year}`,
		`${month}/${day}/${year}`,
		new Date(time).toUTCString().slice(5, 16),
		new Date(time).toDateString().slice(4),
		String(time),
		String(time / 1000),
	];
	return { kind, forms: forms.flatMap((form) => [form, ...base64Forms(Buffer.from(form))]) };
}

/**
 * A number in metres or kilograms, as such and in the units that people use; long ones by their first six digits.
 *
 * @param digits so many make a form telling; shorter ones are found anywhere
 */
export function numberSecret(kind: string, value: number, digits = 4): Secret {
	const scaled = [value, value * 100, value * 1000, value / 0.0254, value / 0.45359237].map(leadingDigits);
	const forms = scaled.filter((form) => form.includes(".") && form.replace(/^[0.]+|\D/g, "").length >= digits);
	return { kind, forms: [...new Set(forms.flatMap((form) => [form, form.replace(".", ",")]))] };
}

/** Six significant digits without rounding, so that longer ones begin with the same; a short number as it is. */
function leadingDigits(value: number): string {
	const exact = String(Number(value.toPrecision(12)));
	const match = /^-?(0\.0*)?[\d.]{1,7}/.exec(exact);
	return (match?.[0] ?? exact).replace("-", "");
}

/** Bytes of a file, by windows from all over it, in the encodings in which logs and databases show bytes. */
export function bytesSecret(kind: string, bytes: Buffer): Secret {
	const size = 18;
	const forms: string[] = [];
	for (const share of [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) {
		const start = Math.round(share * (bytes.length - size));
		const window = bytes.subarray(start, start + size);
		const hex = window.toString("hex");
		forms.push(
			hex,
			hex.toUpperCase(),
			hex.replace(/..(?=.)/g, "$& "),
			window.toString("latin1"),
			JSON.stringify(window.toString("latin1")).slice(1, -1),
			[...window].join(","),
			[...window].join(", "),
			...base64Forms(window),
		);
	}
	// A window that is all zeros or the like is found anywhere.
	return { kind, forms: forms.filter((form) => new Set(form).size > 5) };
}

/** What is certain in the base64 of a text that holds these bytes at any place. */
function base64Forms(bytes: Buffer): string[] {
	return [0, 1, 2].flatMap((offset) => {
		const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
		const text = padded.toString("base64").replace(/=+$/, "");
		// The first characters mix with what stands before, the last with what follows.
		const sure = text.slice(offset === 0 ? 0 : offset + 1, Math.floor((padded.length * 8) / 6));
		return sure.length < 8 ? [] : [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
	});
}

/** Which secrets stand in a text, as `kind (which form)`; the form's number, so that a failed test does not tell it. */
export function findSecrets(text: string, secrets: readonly Secret[]): string[] {
	// Lists of numbers are printed in columns and lines.
	const texts = [text, text.replace(/(\s|\\n)+/g, " ")];
	return secrets.flatMap(({ kind, forms }) =>
		forms.flatMap((form, index) => (texts.some((each) => holds(each, form)) ? [`${kind} (form ${index})`] : [])),
	);
}

/** A number must stand for itself: 1.68 is not in 21.684. */
function holds(text: string, form: string): boolean {
	if (!/^[\d.,]+$/.test(form)) return text.includes(form);
	for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
		if (!/[\d.]/.test(text[at - 1] ?? "")) return true;
	}
	return false;
}

/** What careless code would log, for showing that the search would find it. */
export function carelessly(value: unknown): string[] {
	return [
		JSON.stringify({ msg: "request", body: { value } }),
		inspect({ error: new Error(`bad value ${String(value)}`) }),
		inspect(new Map([["value", value]])),
		`at row (${String(value)}, 1) in "table"`,
	];
}
