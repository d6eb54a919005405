import { DataTexture, LinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry } from "three";
import { boundsOf } from "./frame.js";

const CELLS = 96;
/** Side of the square on the floor that the shadow is drawn in, metres. */
const SIDE_M = 2.4;
/** Parts of the body higher than a few times this throw hardly any shadow. */
const REACH_M = 0.28;

/**
 * How dark the floor is under a body lit from all sides: each vertex darkens the cell under it, the more the lower it is.
 *
 * @param positions [3V] Anny's frame
 * @returns [CELLS²] 0…255, row by row from −Y to +Y
 */
export function shadowCells(positions: Float32Array): Uint8Array<ArrayBuffer> {
	const { min, max } = boundsOf(positions);
	const [middleX, middleY] = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2];
	const dark = new Float32Array(CELLS * CELLS);
	for (let at = 0; at < positions.length; at += 3) {
		const column = Math.floor((((positions[at] as number) - middleX) / SIDE_M + 0.5) * CELLS);
		const row = Math.floor((((positions[at + 1] as number) - middleY) / SIDE_M + 0.5) * CELLS);
		if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) continue;
		const value = Math.exp(-((positions[at + 2] as number) - min[2]) / REACH_M);
		const cell = row * CELLS + column;
		if (value > (dark[cell] as number)) dark[cell] = value;
	}
	let [from, to] = [dark, new Float32Array(CELLS * CELLS)];
	for (const [radius, stride] of [2, 2, 3].flatMap(
		(r) =>
			[
				[r, 1],
				[r, CELLS],
			] as const,
	)) {
		blur(to, from, radius, stride);
		[from, to] = [to, from];
	}
	return Uint8Array.from(from, (value) => Math.min(255, Math.round(255 * value)));
}

/** Mean over 2·radius + 1 cells along rows (stride 1) or columns. */
function blur(out: Float32Array, values: Float32Array, radius: number, stride: number): void {
	const across = stride === 1 ? CELLS : 1;
	for (let line = 0; line < CELLS; line++) {
		for (let i = 0; i < CELLS; i++) {
			let sum = 0;
			for (let j = Math.max(0, i - radius); j <= Math.min(CELLS - 1, i + radius); j++) {
				sum += values[line * across + j * stride] as number;
			}
			out[line * across + i * stride] = sum / (2 * radius + 1);
		}
	}
}

/** A soft shadow on the floor; lies in Anny's frame. */
export class GroundShadow {
	readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
	/** alphaMap reads the green channel. */
	private readonly pixels = new Uint8Array(4 * CELLS * CELLS);
	private readonly texture = new DataTexture(this.pixels, CELLS, CELLS);

	constructor() {
		this.texture.magFilter = LinearFilter;
		const material = new MeshBasicMaterial({ color: 0x000000, transparent: true, depthWrite: false, opacity: 0.55 });
		material.alphaMap = this.texture;
		this.mesh = new Mesh(new PlaneGeometry(SIDE_M, SIDE_M), material);
		this.mesh.renderOrder = -1;
	}

	/** @param positions [3V] Anny's frame */
	update(positions: Float32Array): void {
		const { min, max } = boundsOf(positions);
		this.mesh.position.set((min[0] + max[0]) / 2, (min[1] + max[1]) / 2, min[2]);
		const cells = shadowCells(positions);
		for (let cell = 0; cell < cells.length; cell++) this.pixels[4 * cell + 1] = cells[cell] as number;
		this.texture.needsUpdate = true;
	}

	dispose(): void {
		this.mesh.geometry.dispose();
		this.mesh.material.dispose();
		this.texture.dispose();
	}
}
