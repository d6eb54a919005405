import type { BodyModel } from "@anny-fitter/body-model";
import { computeFaceNormals, type MeshTopology } from "@anny-fitter/mesh";
import type { Articulation } from "./articulation.js";
import { assignClothParts } from "./cloth.js";
import type { SignedDistanceField } from "./signed-distance.js";
import { sampleOutlineNormal, sampleSignedDistance } from "./signed-distance.js";

/** Standard deviation of the outline about body and cloth, metres: what mask and mesh miss of each other. */
const OUTLINE_SIGMA_M = 0.004;

/** Rim vertices this close to the body's outline, in mask pixels, are taken to form it. */
const OUTLINE_REACH = 2.6;

/** At most one rim vertex per square of so many mask pixels: dense parts of the mesh shall not count more. */
const RIM_SPACING = 6;

/** Per vertex, what silhouettes need to know and never changes. */
export interface SilhouetteSkin {
	/** CSR over model vertices: joints of the reduced skeleton and weights */
	readonly offsets: Uint32Array;
	readonly joints: Int8Array;
	readonly weights: Float64Array;
	/** [vertices] place in CLOTH_PARTS, −1 where silhouettes are not to be trusted (head, hands, feet) */
	readonly parts: Int8Array;
}

/** Collapses the model's skin weights onto the reduced skeleton. */
export function createSilhouetteSkin(model: BodyModel, articulation: Articulation): SilhouetteSkin {
	const offsets = new Uint32Array(model.vertexCount + 1);
	const joints: number[] = [];
	const weights: number[] = [];
	const mainJoints = new Int8Array(model.vertexCount);
	for (let v = 0; v < model.vertexCount; v++) {
		const share = new Map<number, number>();
		for (let k = model.skinOffsets[v]; k < model.skinOffsets[v + 1]; k++) {
			const joint = articulation.jointOfBone[model.skinBones[k]];
			share.set(joint, (share.get(joint) ?? 0) + model.skinWeights[k]);
		}
		let main = 0;
		let mainWeight = -1;
		for (const [joint, weight] of share) {
			joints.push(joint);
			weights.push(weight);
			if (weight > mainWeight) {
				main = joint;
				mainWeight = weight;
			}
		}
		offsets[v + 1] = joints.length;
		mainJoints[v] = main;
	}
	return {
		offsets,
		joints: Int8Array.from(joints),
		weights: Float64Array.from(weights),
		parts: assignClothParts(model, mainJoints),
	};
}

/** A vertex on the silhouette's rim. Places and distances in mask pixels. */
export interface RimVertex {
	readonly vertex: number;
	/** place in CLOTH_PARTS */
	readonly part: number;
	readonly u: number;
	readonly v: number;
	/**
	 * Signed distance from the outline of the body's own silhouette. Contour edges zigzag, so many of their ends lie up to
	 * some pixels inside; a residual without this would make bodies a millimetre too large.
	 */
	readonly own: number;
	/** The outward normal of that outline. */
	readonly nu: number;
	readonly nv: number;
	readonly pixelsPerMetre: number;
	readonly sigma: number;
}

/**
 * Vertices of the posed body that form its outline in a picture: ends of edges between a triangle that faces the camera
 * and one that does not, near the outer outline of the body's own silhouette, away from the picture's border.
 *
 * @param cameraVertices [vertices*3] posed vertices in the camera frame, metres
 * @param bodyField signed distance of the body's own silhouette, in mask pixels
 * @param focal focal length in mask pixels; the principal point is the centre
 */
export function findRim(
	topology: MeshTopology,
	skin: SilhouetteSkin,
	cameraVertices: Float64Array,
	bodyField: SignedDistanceField,
	focal: number,
): RimVertex[] {
	const { width, height } = bodyField;
	const { triangles } = topology;
	const normals = new Float64Array(triangles.length);
	computeFaceNormals(normals, cameraVertices, triangles);
	const facing = new Uint8Array(triangles.length / 3);
	for (let t = 0; t < facing.length; t++) {
		const corner = 3 * triangles[3 * t];
		const n = 3 * t;
		const towards =
			normals[n] * cameraVertices[corner] +
			normals[n + 1] * cameraVertices[corner + 1] +
			normals[n + 2] * cameraVertices[corner + 2];
		facing[t] = towards < 0 ? 1 : 0;
	}
	const seen = new Uint8Array(topology.vertexCount);
	const columns = Math.ceil(width / RIM_SPACING);
	const isTaken = new Uint8Array(columns * Math.ceil(height / RIM_SPACING));
	const rim: RimVertex[] = [];
	const sample = new Float64Array(3);
	const normal = new Float64Array(2);
	for (let e = 0; e < topology.edges.length / 2; e++) {
		const t1 = topology.edgeTriangles[2 * e + 1];
		if (t1 < 0 || facing[topology.edgeTriangles[2 * e]] === facing[t1]) continue;
		for (let end = 0; end < 2; end++) {
			const vertex = topology.edges[2 * e + end];
			if (seen[vertex]) continue;
			seen[vertex] = 1;
			const part = skin.parts[vertex];
			const z = cameraVertices[3 * vertex + 2];
			if (part < 0 || !(z > 0.05)) continue;
			const u = width / 2 + (focal * cameraVertices[3 * vertex]) / z;
			const v = height / 2 + (focal * cameraVertices[3 * vertex + 1]) / z;
			if (u < 2 || v < 2 || u > width - 2 || v > height - 2) continue;
			sampleSignedDistance(sample, bodyField, u, v);
			if (Math.abs(sample[0]) > OUTLINE_REACH) continue;
			if (!sampleOutlineNormal(normal, bodyField, u, v)) continue;
			const cell = Math.floor(v / RIM_SPACING) * columns + Math.floor(u / RIM_SPACING);
			if (isTaken[cell]) continue;
			isTaken[cell] = 1;
			const pixelsPerMetre = focal / z;
			rim.push({
				vertex,
				part,
				u,
				v,
				own: sample[0],
				nu: normal[0],
				nv: normal[1],
				pixelsPerMetre,
				sigma: OUTLINE_SIGMA_M * pixelsPerMetre,
			});
		}
	}
	return rim;
}

/** Intersection over union of two binary masks of the same size. */
export function intersectionOverUnion(a: Uint8Array, b: Uint8Array): number {
	let both = 0;
	let either = 0;
	for (let i = 0; i < a.length; i++) {
		if (a[i] && b[i]) both++;
		if (a[i] || b[i]) either++;
	}
	return either === 0 ? 0 : both / either;
}
