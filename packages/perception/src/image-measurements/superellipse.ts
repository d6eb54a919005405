/**
 * Superellipses |x/a|ⁿ + |y/b|ⁿ = 1 (Lamé 1818): between ellipse (n = 2) and rectangle (n → ∞), they hold how square a
 * section of the body is in one number.
 */

/** Chords per quarter; their sum misses the curve by less than 0.02 % for the exponents of bodies. */
const CHORDS = 48;
const LOWEST_EXPONENT = 1.2;
const HIGHEST_EXPONENT = 12;

/**
 * Length of a superellipse.
 *
 * @param breadth_m,depth_m full extents along the two axes
 * @param exponent n above 1
 */
export function superellipsePerimeter_m(breadth_m: number, depth_m: number, exponent: number): number {
	const a = breadth_m / 2;
	const b = depth_m / 2;
	const power = 2 / exponent;
	let length = 0;
	let lastX = a;
	let lastY = 0;
	for (let i = 1; i <= CHORDS; i++) {
		const t = (Math.PI / 2) * (i / CHORDS);
		const x = i === CHORDS ? 0 : a * Math.cos(t) ** power;
		const y = b * Math.sin(t) ** power;
		length += Math.hypot(x - lastX, y - lastY);
		lastX = x;
		lastY = y;
	}
	return 4 * length;
}

/**
 * The exponent with which a superellipse of given extents has a given length; the nearest end of 1.2…12 where none has.
 */
export function superellipseExponent(breadth_m: number, depth_m: number, girth_m: number): number {
	let low = LOWEST_EXPONENT;
	let high = HIGHEST_EXPONENT;
	for (let i = 0; i < 50; i++) {
		const middle = (low + high) / 2;
		if (superellipsePerimeter_m(breadth_m, depth_m, middle) < girth_m) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/**
 * Half the extent of a superellipse along a direction in its plane: its support function, a norm with the dual exponent
 * n / (n − 1).
 *
 * @param halfBreadth,halfDepth semi-axes
 * @param alongBreadth,alongDepth the unit direction's components
 */
export function superellipseExtent(
	halfBreadth: number,
	halfDepth: number,
	exponent: number,
	alongBreadth: number,
	alongDepth: number,
): number {
	const dual = exponent / (exponent - 1);
	return (Math.abs(halfBreadth * alongBreadth) ** dual + Math.abs(halfDepth * alongDepth) ** dual) ** (1 / dual);
}
