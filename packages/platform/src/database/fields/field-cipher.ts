import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";

/** A key that fields are encrypted under. */
export interface FieldKey {
	/** Stands in every value that it encrypts; never used again for another key. */
	readonly id: string;
	/** 32 bytes. */
	readonly secret: Buffer;
}

/** In place of the first key: what is written stays readable, which is the way back from encryption. */
export const PLAIN: FieldKey = { id: "plain", secret: Buffer.alloc(0) };

/** What encrypted texts begin with; the 1 is the version of the format. */
export const ENCRYPTED = "enc1:";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts single values of the database with AES-256-GCM: `enc1:KEY:` and nonce, text and tag in base64url. The column's
 * name is authenticated, so that a name cannot be passed off as an address. Values that are not encrypted are read as
 * they are: those from before there was a key.
 */
export class FieldCipher {
	readonly #keys: ReadonlyMap<string, { readonly encryption: Buffer; readonly index: Buffer }>;
	/** Id of the key for what is written; null: nothing is encrypted. */
	readonly currentKeyId: string | null;

	/** @param keys the first one encrypts, all decrypt; none, or {@link PLAIN} first, leaves what is written readable */
	constructor(keys: readonly FieldKey[]) {
		this.#keys = new Map(
			keys
				.filter(({ id }) => id !== PLAIN.id)
				.map(({ id, secret }) => [
					id,
					{ encryption: derive(secret, "field encryption"), index: derive(secret, "index of e-mail addresses") },
				]),
		);
		this.currentKeyId = keys[0] === undefined || keys[0].id === PLAIN.id ? null : keys[0].id;
	}

	encrypt(column: string, text: string): string {
		const id = this.currentKeyId;
		if (id === null) {
			if (!text.startsWith(ENCRYPTED)) return text;
			throw new AppError("invalid_argument", `A text here may not begin with ${ENCRYPTED}.`, {
				remedy: "Write it differently.",
			});
		}
		const nonce = randomBytes(NONCE_BYTES);
		const cipher = createCipheriv("aes-256-gcm", this.#keys.get(id)!.encryption, nonce, { authTagLength: TAG_BYTES });
		cipher.setAAD(associated(column, id));
		const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
		return `${ENCRYPTED}${id}:${sealed.toString("base64url")}`;
	}

	/** @throws AppError `invalid_configuration` when the key is not here, or the value was not made by it for this column */
	decrypt(column: string, value: string): string {
		if (!value.startsWith(ENCRYPTED)) return value;
		const [id = "", data = ""] = value.slice(ENCRYPTED.length).split(":");
		const keys = this.#keys.get(id);
		if (keys === undefined) {
			throw new AppError(
				"invalid_configuration",
				`The database holds values under the key "${id}", which FIELD_KEYS lacks.`,
				{
					remedy: "Add that key to FIELD_KEYS, behind the first one.",
					details: { variable: "FIELD_KEYS" },
				},
			);
		}
		const sealed = Buffer.from(data, "base64url");
		try {
			const decipher = createDecipheriv("aes-256-gcm", keys.encryption, sealed.subarray(0, NONCE_BYTES), {
				authTagLength: TAG_BYTES,
			});
			decipher.setAAD(associated(column, id));
			decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
			const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
			return Buffer.concat([text, decipher.final()]).toString("utf8");
		} catch (cause) {
			throw new AppError(
				"invalid_configuration",
				`A value of the column ${column} cannot be decrypted under "${id}".`,
				{
					remedy: "Give FIELD_KEYS the key that it was written under; if it is that, the value was tampered with.",
					details: { variable: "FIELD_KEYS" },
					cause,
				},
			);
		}
	}

	/** By what an address is found and kept unique; without keys its plain SHA-256, as the database itself makes it. */
	indexOf(address: string): Buffer {
		return this.indexesOf(address)[0]!;
	}

	/** Everything that may stand for an address until all values are under the current key. */
	indexesOf(address: string): readonly Buffer[] {
		const keyed = [...this.#keys.values()].map(({ index }) => createHmac("sha256", index).update(address).digest());
		return [...keyed, createHash("sha256").update(address).digest()];
	}
}

function derive(secret: Buffer, purpose: string): Buffer {
	return Buffer.from(hkdfSync("sha256", secret, "anny-fitter", purpose, 32));
}

function associated(column: string, keyId: string): Buffer {
	return Buffer.from(`${column}\0${keyId}`);
}
