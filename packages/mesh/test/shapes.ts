/** A triangle mesh for tests. */
export interface TestMesh {
	vertices: Float64Array;
	triangles: Uint32Array;
}

/** Torus around z: ring radius R, tube radius r, outward winding. */
export function torus(R: number, r: number, ringSteps: number, tubeSteps: number): TestMesh {
	const vertices = new Float64Array(3 * ringSteps * tubeSteps);
	const triangles: number[] = [];
	for (let i = 0; i < ringSteps; i++) {
		const u = (2 * Math.PI * i) / ringSteps;
		for (let j = 0; j < tubeSteps; j++) {
			const v = (2 * Math.PI * j) / tubeSteps;
			const at = 3 * (i * tubeSteps + j);
			vertices[at] = (R + r * Math.cos(v)) * Math.cos(u);
			vertices[at + 1] = (R + r * Math.cos(v)) * Math.sin(u);
			vertices[at + 2] = r * Math.sin(v);
			const a = i * tubeSteps + j;
			const b = ((i + 1) % ringSteps) * tubeSteps + j;
			const c = ((i + 1) % ringSteps) * tubeSteps + ((j + 1) % tubeSteps);
			const d = i * tubeSteps + ((j + 1) % tubeSteps);
			triangles.push(a, b, c, a, c, d);
		}
	}
	return { vertices, triangles: Uint32Array.from(triangles) };
}

/** Ellipsoid with semi-axes a, b, c; poles on z, outward winding. */
export function ellipsoid(a: number, b: number, c: number, rings: number, sectors: number): TestMesh {
	const vertices: number[] = [0, 0, c];
	for (let i = 1; i < rings; i++) {
		const polar = (Math.PI * i) / rings;
		for (let j = 0; j < sectors; j++) {
			const azimuth = (2 * Math.PI * j) / sectors;
			vertices.push(
				a * Math.sin(polar) * Math.cos(azimuth),
				b * Math.sin(polar) * Math.sin(azimuth),
				c * Math.cos(polar),
			);
		}
	}
	vertices.push(0, 0, -c);
	const last = vertices.length / 3 - 1;
	const triangles: number[] = [];
	for (let j = 0; j < sectors; j++) {
		const k = (j + 1) % sectors;
		triangles.push(0, 1 + j, 1 + k);
		for (let i = 0; i < rings - 2; i++) {
			const p = 1 + i * sectors;
			const q = p + sectors;
			triangles.push(p + j, q + j, q + k, p + j, q + k, p + k);
		}
		const p = 1 + (rings - 2) * sectors;
		triangles.push(p + j, last, p + k);
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

/** Deterministic uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** Ellipse perimeter by a fine polygon. */
export function ellipsePerimeter(a: number, b: number): number {
	const steps = 100_000;
	let sum = 0;
	for (let i = 0; i < steps; i++) {
		const t = (2 * Math.PI * (i + 0.5)) / steps;
		sum += Math.sqrt((a * Math.sin(t)) ** 2 + (b * Math.cos(t)) ** 2);
	}
	return (sum * 2 * Math.PI) / steps;
}
