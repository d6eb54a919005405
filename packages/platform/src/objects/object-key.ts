const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/**
 * @throws RangeError unless the key is 1 to 512 characters of `[A-Za-z0-9/_.-]`, has no `..`, no empty part between
 * slashes and no part that begins with a dot
 */
export function checkObjectKey(key: string): void {
	const isValid = key.length <= 512 && !key.includes("..") && key.split("/").every((segment) => SEGMENT.test(segment));
	if (!isValid) throw new RangeError("an object's key has characters or parts that are not allowed");
}

/** @throws RangeError unless some key could begin so; the empty prefix is the beginning of all */
export function checkObjectPrefix(prefix: string): void {
	if (prefix !== "") checkObjectKey(prefix.endsWith("/") ? `${prefix}x` : prefix);
}
