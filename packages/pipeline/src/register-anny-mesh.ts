import type { BodyModel } from "@anny-fitter/body-model";
import type { Warning } from "@anny-fitter/contracts";
import {
	createMeshRegistrar,
	type MeshRegistration,
	type MeshRegistrationOptions,
	registerMesh,
} from "@anny-fitter/fitting";
import { computeBounds } from "@anny-fitter/mesh";
import type { MeshData } from "@anny-fitter/mesh-io";
import type { OpenedBodyModel } from "@anny-fitter/platform";
import { matchTopology } from "./match-topology.js";
import { parseMesh, unsupported } from "./mesh-file.js";

/** A mesh in Anny's topology with the body that it shows. */
export interface RegisteredAnnyMesh {
	/** With the mesh's topology, all phenotypes and local changes; without eyes and tongue. */
	readonly model: BodyModel;
	/** [V*3] the mesh's vertices in the model's order, metres. */
	readonly vertices: Float64Array;
	readonly registration: MeshRegistration;
	/** Whether bones other than the root are turned. */
	readonly isPosed: boolean;
	readonly warnings: readonly Warning[];
}

/** No body is smaller or larger than this between its two farthest sides, metres. */
const SMALLEST_BODY_M = 0.3;
const LARGEST_BODY_M = 3;
/** Turn of a bone with many vertices, or mean turn of all by their vertices, from which a mesh counts as posed. */
const POSED_BONE_RAD = 0.3;
const POSED_MEAN_RAD = 0.08;
const MANY_VERTICES = 100;
/** A scale beyond this is worth a warning. */
const NOTABLE_SCALE = 0.005;

const UNITS = [
	{ name: "metres", factor: 1 },
	{ name: "centimetres", factor: 0.01 },
	{ name: "millimetres", factor: 0.001 },
	{ name: "decimetres", factor: 0.1 },
	{ name: "inches", factor: 0.0254 },
] as const;

/**
 * Registers a mesh file in Anny's topology: finds unit, pose, shape and, if need be, scale.
 *
 * @param bytes OBJ, PLY or GLB
 * @param name file name for messages
 * @returns null when the vertices are not in Anny's order
 * @throws {AppError} `unsupported_mesh`, `empty_file`
 */
export function registerAnnyMesh(
	bytes: Uint8Array,
	name: string,
	opened: OpenedBodyModel,
	options: Pick<MeshRegistrationOptions, "onStage"> = {},
): RegisteredAnnyMesh | null {
	return registerMatchedMesh(parseMesh(bytes, name), name, opened, options);
}

/** {@link registerAnnyMesh} of a mesh that is already read. */
export function registerMatchedMesh(
	mesh: MeshData,
	name: string,
	opened: OpenedBodyModel,
	options: Pick<MeshRegistrationOptions, "onStage"> = {},
): RegisteredAnnyMesh | null {
	const matching = matchTopology(mesh, opened);
	if (matching === null) return null;
	const { model, vertices } = matching;
	const registrar = createMeshRegistrar(model);
	const unit = findUnit(registrar, vertices, name);
	for (let at = 0; at < vertices.length; at++) vertices[at]! *= unit.factor;
	let registration = requireBody(registerMesh(registrar, vertices, { ...options, scale: "auto" }), name);
	const isPosed = hasPose(model, registration.pose);
	// In a resting mesh small turns of bones would only stand in for shapes that the model does not have. Without them
	// phenotypes alone fit worse, which must not bring in a scale that the freer fit had no need of.
	if (!isPosed) {
		const scale = registration.scale === 1 ? "fixed" : "auto";
		registration = requireBody(registerMesh(registrar, vertices, { restPose: true, scale }), name);
	}
	const warnings: Warning[] = [];
	if (unit.factor !== 1) {
		warnings.push({ code: "mesh_scaled", message: `${name} was taken to be in ${unit.name}.` });
	}
	if (Math.abs(registration.scale - 1) > NOTABLE_SCALE) {
		const message = `${name} fits a body that is scaled by ${registration.scale.toFixed(3)}; lengths are those of the unscaled body.`;
		warnings.push({ code: "mesh_scaled", message });
	}
	return { model, vertices, registration, isPosed, warnings };
}

function requireBody(registration: MeshRegistration | null, name: string): MeshRegistration {
	if (registration !== null) return registration;
	throw unsupported(`${name} is a mirror image of a body.`, "Export the mesh without mirroring its axes.");
}

/** The usual unit in which the mesh has the size of a body; of several the one in which a body fits best. */
function findUnit(
	registrar: ReturnType<typeof createMeshRegistrar>,
	vertices: Float64Array,
	name: string,
): (typeof UNITS)[number] {
	const bounds = new Float64Array(6);
	computeBounds(bounds, vertices);
	const size = Math.max(bounds[3]! - bounds[0]!, bounds[4]! - bounds[1]!, bounds[5]! - bounds[2]!);
	const possible = UNITS.filter(({ factor }) => size * factor >= SMALLEST_BODY_M && size * factor <= LARGEST_BODY_M);
	if (possible.length === 0) {
		throw unsupported(
			`${name} is ${Number(size.toPrecision(3))} m large, which no body is.`,
			"Export the mesh in metres.",
		);
	}
	if (possible.length === 1 || possible[0]!.factor === 1) return possible[0]!;
	const misfit = (factor: number): number => {
		const scaled = vertices.map((value) => factor * value);
		const registration = registerMesh(registrar, scaled, { localChanges: "never" });
		return registration === null ? Number.POSITIVE_INFINITY : registration.pve_mm / factor;
	};
	return possible.map((unit) => ({ unit, misfit: misfit(unit.factor) })).reduce((a, b) => (b.misfit < a.misfit ? b : a))
		.unit;
}

function hasPose(model: BodyModel, pose: Float64Array): boolean {
	const weights = new Float64Array(model.boneLabels.length);
	for (let entry = 0; entry < model.skinBones.length; entry++) {
		weights[model.skinBones[entry]!]! += model.skinWeights[entry]!;
	}
	let sum = 0;
	let weight = 0;
	for (let bone = 1; bone < weights.length; bone++) {
		const at = 12 * bone;
		const cosine = (pose[at]! + pose[at + 5]! + pose[at + 10]! - 1) / 2;
		const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
		if (weights[bone]! > MANY_VERTICES && angle > POSED_BONE_RAD) return true;
		sum += weights[bone]! * angle;
		weight += weights[bone]!;
	}
	return sum > POSED_MEAN_RAD * weight;
}
