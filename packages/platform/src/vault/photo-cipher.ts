import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/*
 * A stored photo is a header and chunks of 64 KiB, each sealed with AES-256-GCM (the STREAM construction of Hoang,
 * Reyhanitabar, Rogaway and Vizár, CRYPTO 2015). The nonce holds the chunk's number and whether it is the last, so chunks
 * cannot be left out, swapped, repeated or cut off; the key is derived from job, number of the photo and a random salt,
 * so they cannot be moved between photos either.
 *
 *   header  "AFV1" | salt (32) | nonce prefix (7) | key check (16)
 *   nonce   nonce prefix (7) | chunk number, big endian (4) | 1 for the last chunk, else 0 (1)
 *   key     HKDF-SHA256(secret, salt, "anny-fitter photo v1" | job id | number of the photo): key (32) | key check (16)
 */

/** Plain bytes of every chunk but the last, which may be shorter. */
export const CHUNK_BYTES = 65_536;
export const TAG_BYTES = 16;
const MAGIC = Buffer.from("AFV1");
const SALT_BYTES = 32;
const PREFIX_BYTES = 7;
const CHECK_BYTES = 16;
export const HEADER_BYTES = MAGIC.length + SALT_BYTES + PREFIX_BYTES + CHECK_BYTES;

/** What is stored is not what was sealed, or was sealed for another place or with another secret. */
export class PhotoDamagedError extends Error {
	override readonly name = "PhotoDamagedError";
}

/** Which photo of which job; bound into the key. */
export interface PhotoPlace {
	readonly jobId: string;
	readonly index: number;
}

interface Keys {
	readonly key: Buffer;
	readonly check: Buffer;
}

/** Seals one photo. Chunks come in order. */
export class PhotoSealer {
	readonly header: Buffer;
	readonly #key: Buffer;
	#chunk = 0;

	constructor(secret: Buffer, place: PhotoPlace) {
		const salt = randomBytes(SALT_BYTES);
		const { key, check } = deriveKeys(secret, salt, place);
		this.#key = key;
		this.header = Buffer.concat([MAGIC, salt, randomBytes(PREFIX_BYTES), check]);
	}

	/** @param plain exactly {@link CHUNK_BYTES} unless it is the last */
	seal(plain: Uint8Array, isLast: boolean): Buffer {
		const cipher = createCipheriv("aes-256-gcm", this.#key, nonceOf(this.header, this.#chunk++, isLast));
		cipher.setAAD(this.header);
		const head = cipher.update(plain);
		return Buffer.concat([head, cipher.final(), cipher.getAuthTag()]);
	}

	/** Forgets the key. */
	dispose(): void {
		this.#key.fill(0);
	}
}

/** Opens one photo. Chunks come in order. */
export class PhotoOpener {
	readonly #header: Buffer;
	readonly #key: Buffer;
	#chunk = 0;

	/** @throws PhotoDamagedError when the header was not written with this secret for this place */
	constructor(secret: Buffer, place: PhotoPlace, header: Buffer) {
		if (header.length !== HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
			throw new PhotoDamagedError("no photo of this vault");
		}
		const salt = header.subarray(MAGIC.length, MAGIC.length + SALT_BYTES);
		const { key, check } = deriveKeys(secret, salt, place);
		this.#key = key;
		this.#header = header;
		if (!timingSafeEqual(check, header.subarray(HEADER_BYTES - CHECK_BYTES))) {
			this.dispose();
			throw new PhotoDamagedError("sealed with another key");
		}
	}

	/**
	 * Writes the chunk's plain bytes into `out` at `offset`.
	 * @returns how many
	 * @throws PhotoDamagedError
	 */
	open(out: Buffer, offset: number, sealed: Buffer, isLast: boolean): number {
		const length = sealed.length - TAG_BYTES;
		if (length < 0) throw new PhotoDamagedError("cut off");
		const decipher = createDecipheriv("aes-256-gcm", this.#key, nonceOf(this.#header, this.#chunk++, isLast), {
			authTagLength: TAG_BYTES,
		});
		decipher.setAAD(this.#header);
		decipher.setAuthTag(sealed.subarray(length));
		const plain = decipher.update(sealed.subarray(0, length));
		try {
			decipher.final();
			plain.copy(out, offset);
		} catch {
			throw new PhotoDamagedError("changed or cut off");
		} finally {
			plain.fill(0);
		}
		return length;
	}

	/** Forgets the key. */
	dispose(): void {
		this.#key.fill(0);
	}
}

/**
 * @param sealed_bytes size of header and chunks together
 * @returns size of the plain photo
 * @throws PhotoDamagedError when no photo has that size
 */
export function plainSize(sealed_bytes: number): number {
	const body = sealed_bytes - HEADER_BYTES;
	const chunks = Math.ceil(body / (CHUNK_BYTES + TAG_BYTES));
	const size = body - chunks * TAG_BYTES;
	// The last chunk has its tag at least; only an empty photo has an empty chunk.
	if (chunks < 1 || size < (chunks - 1) * CHUNK_BYTES) throw new PhotoDamagedError("cut off");
	return size;
}

function deriveKeys(secret: Buffer, salt: Buffer, place: PhotoPlace): Keys {
	const info = `anny-fitter photo v1\n${place.jobId}\n${place.index}`;
	const bytes = Buffer.from(hkdfSync("sha256", secret, salt, info, 32 + CHECK_BYTES));
	return { key: bytes.subarray(0, 32), check: bytes.subarray(32) };
}

function nonceOf(header: Buffer, chunk: number, isLast: boolean): Buffer {
	const nonce = Buffer.alloc(PREFIX_BYTES + 5);
	header.copy(nonce, 0, MAGIC.length + SALT_BYTES, MAGIC.length + SALT_BYTES + PREFIX_BYTES);
	nonce.writeUInt32BE(chunk, PREFIX_BYTES);
	nonce.writeUInt8(isLast ? 1 : 0, PREFIX_BYTES + 4);
	return nonce;
}
