/** A box of the ISO base media file format (the container of HEIC). */
export interface IsoBox {
	readonly type: string;
	readonly content: Uint8Array;
}

/** Boxes that lie one after another; stops at the first one that does not fit. */
export function isoBoxes(bytes: Uint8Array): IsoBox[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const found: IsoBox[] = [];
	for (let at = 0; at + 8 <= bytes.length; ) {
		let size = view.getUint32(at);
		let header = 8;
		if (size === 1 && at + 16 <= bytes.length) {
			size = Number(view.getBigUint64(at + 8));
			header = 16;
		} else if (size === 0) size = bytes.length - at;
		if (size < header || at + size > bytes.length) break;
		found.push({ type: fourCharacters(bytes, at + 4), content: bytes.subarray(at + header, at + size) });
		at += size;
	}
	return found;
}

/** Content of the first box of a type, without the version and flags of a full box. */
export function findBox(bytes: Uint8Array, type: string, isFullBox = false): Uint8Array | null {
	const box = isoBoxes(bytes).find((entry) => entry.type === type);
	return box === undefined ? null : box.content.subarray(isFullBox ? 4 : 0);
}

export function fourCharacters(bytes: Uint8Array, at: number): string {
	return String.fromCharCode(...bytes.subarray(at, at + 4));
}
