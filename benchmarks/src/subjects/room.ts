import type { RandomStream } from "@anny-fitter/math";
import { hsv, patterned, type Rgb } from "./patterns.js";
import type { DrawnLight, DrawnMaterial } from "./scene.js";
import type { Surface } from "./surface.js";

export interface RoomPart {
	readonly surface: Surface;
	readonly material: DrawnMaterial;
}

export interface Room {
	readonly parts: readonly RoomPart[];
	readonly lights: readonly DrawnLight[];
	readonly exposure: number;
	readonly background: Rgb;
}

/** A simple room around the origin, open towards the camera at −Y: floor, walls, a few boxes and pictures, several lights. */
export function drawRoom(random: RandomStream): Room {
	const between = (low: number, high: number): number => low + (high - low) * random.uniform();
	const pick = <T>(list: readonly T[]): T => list[Math.floor(list.length * random.uniform())] as T;
	const back = between(0.7, 2.4);
	const [left, right] = [-between(1.5, 3.2), between(1.5, 3.2)];
	const top = 2.7;
	const wall = hsv(random.uniform(), between(0, 0.3), between(0.55, 0.95));
	const floor = pick<Rgb>([
		[0.55, 0.38, 0.24],
		[0.72, 0.55, 0.36],
		[0.42, 0.4, 0.4],
		[0.7, 0.69, 0.66],
		hsv(random.uniform(), between(0.1, 0.45), between(0.3, 0.6)),
	]);
	const accent = hsv(random.uniform(), between(0.2, 0.7), between(0.3, 0.8));
	const wallMaterial = patterned(pick(["plaster", "plaster", "paper"]), wall, accent, random);
	const parts: RoomPart[] = [
		{
			surface: quad([left, -6, 0], [right - left, 0, 0], [0, 6 + back, 0]),
			material: patterned(pick(["wood", "wood", "tiles", "carpet"]), floor, floor, random, 0.7),
		},
		{ surface: quad([left, back, 0], [right - left, 0, 0], [0, 0, top]), material: wallMaterial },
		{ surface: quad([left, -6, 0], [0, 6 + back, 0], [0, 0, top]), material: wallMaterial },
		{ surface: quad([right, back, 0], [0, -6 - back, 0], [0, 0, top]), material: wallMaterial },
	];
	const white: Rgb = [0.9, 0.9, 0.88];
	parts.push({
		surface: box([left, back - 0.015, 0], [right - left, 0.015, 0.08]),
		material: patterned("plain", white, white, random),
	});
	const things = Math.floor(between(0, 4));
	for (let k = 0; k < things; k++) {
		const colour = hsv(random.uniform(), between(0.05, 0.6), between(0.2, 0.9));
		const isLeft = random.uniform() < 0.5;
		const width = between(0.3, 0.9);
		const depth = between(0.25, Math.min(0.5, back - 0.2));
		const height = between(0.4, 2);
		const x = isLeft ? left + between(0, 0.3) : right - width - between(0, 0.3);
		parts.push({
			surface: box([x, back - depth - 0.02, 0], [width, depth, height]),
			material: patterned(pick(["plain", "wood"]), colour, colour, random, 0.6),
		});
	}
	if (random.uniform() < 0.6) {
		const [width, height] = [between(0.3, 0.9), between(0.3, 0.7)];
		const x = between(left + 0.2, right - width - 0.2);
		const z = between(1.2, 1.8);
		const frame = hsv(random.uniform(), 0.3, between(0.1, 0.5));
		parts.push({
			surface: box([x - 0.03, back - 0.03, z - 0.03], [width + 0.06, 0.03, height + 0.06]),
			material: patterned("plain", frame, frame, random),
		});
		parts.push({
			surface: quad([x, back - 0.032, z], [width, 0, 0], [0, 0, height]),
			material: patterned(pick(["checks", "stripes", "melange"]), hsv(random.uniform(), 0.5, 0.7), accent, random),
		});
	}
	const warmth = between(-1, 1);
	const tint: Rgb = [1, 0.96 - 0.03 * warmth, 0.9 - 0.09 * warmth];
	const azimuth = between(-1.1, 1.1);
	const lights: DrawnLight[] = [
		{ kind: "sky", colour: [1, 1, 1], intensity: between(0.7, 1.5), position: [0, 0, 1], hasShadow: false },
		{
			kind: "sun",
			colour: tint,
			intensity: between(1.2, 2.6),
			position: [4 * Math.sin(azimuth), -4 * Math.cos(azimuth), between(2.6, 5)],
			hasShadow: true,
		},
		{
			kind: "lamp",
			colour: [1, 0.9, 0.78],
			intensity: between(1, 7),
			position: [between(left + 0.4, right - 0.4), between(-1.5, back - 0.4), 2.4],
			hasShadow: false,
		},
	];
	return { parts, lights, exposure: between(0.75, 1.05), background: [0.35, 0.35, 0.35] };
}

type Vector = readonly [number, number, number];

/** A parallelogram; texture coordinates in metres along its sides. */
function quad(origin: Vector, along: Vector, up: Vector): Surface {
	const positions = Float64Array.from(
		[0, 1, 2, 3].flatMap((corner) =>
			[0, 1, 2].map(
				(k) =>
					(origin[k] ?? 0) + (corner === 1 || corner === 2 ? (along[k] ?? 0) : 0) + (corner > 1 ? (up[k] ?? 0) : 0),
			),
		),
	);
	const [width, height] = [Math.hypot(...along), Math.hypot(...up)];
	const triangles = Uint32Array.of(0, 1, 2, 0, 2, 3);
	return {
		positions,
		triangles,
		triangleUvs: triangles,
		uvs: Float32Array.of(0, 0, width, 0, width, height, 0, height),
	};
}

/** A box; every face its own corners, so that edges stay sharp. */
function box([x, y, z]: Vector, [w, d, h]: Vector): Surface {
	const faces = [
		quad([x, y, z], [w, 0, 0], [0, 0, h]),
		quad([x + w, y, z], [0, d, 0], [0, 0, h]),
		quad([x, y + d, z], [0, -d, 0], [0, 0, h]),
		quad([x, y, z + h], [w, 0, 0], [0, d, 0]),
	];
	return {
		positions: Float64Array.from(faces.flatMap((face) => [...face.positions])),
		triangles: Uint32Array.from(faces.flatMap((face, i) => [...face.triangles].map((v) => v + 4 * i))),
		triangleUvs: Uint32Array.from(faces.flatMap((face, i) => [...face.triangles].map((v) => v + 4 * i))),
		uvs: Float32Array.from(faces.flatMap((face) => [...face.uvs])),
	};
}
