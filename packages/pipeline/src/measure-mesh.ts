import type { MeasurementDocument } from "@anny-fitter/contracts";
import type { ScanUnit } from "@anny-fitter/fitting";
import type { MeshData } from "@anny-fitter/mesh-io";
import { type OpenedBodyModel, openBodyModelData } from "@anny-fitter/platform";
import { describeModelData, describeWarnings, measureShape } from "./build-body.js";
import { parseMesh, unsupported } from "./mesh-file.js";
import { registerMatchedMesh } from "./register-anny-mesh.js";
import { restSurface } from "./rest-surface.js";
import { fitScannedMesh } from "./scan-mesh.js";

export interface MeasureMeshOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	/** Unit of a mesh in another topology; found out when left out. */
	readonly unit?: ScanUnit | undefined;
}

/** Mean distance from the nearest body beyond which a mesh is no ordinary body. */
const LARGEST_RESIDUAL_MM = 20;
/** Beyond this the mesh was turned on purpose. */
const NOTABLE_TURN_RAD = 0.2;

/**
 * Measures a mesh file. In Anny's topology (same vertices in the same order) the mesh's own surface, in whatever pose it
 * is, brought to rest by a registered body; in any other topology a body that is fitted to it, with a warning.
 *
 * @param bytes OBJ, PLY, STL or GLB
 * @param name file name for messages
 * @throws {AppError} `unsupported_mesh`, `empty_file`, `model_data_missing`, `model_data_invalid`
 */
export async function measureMeshFile(
	bytes: Uint8Array,
	name: string,
	options: MeasureMeshOptions = {},
): Promise<MeasurementDocument> {
	const mesh = parseMesh(bytes, name);
	const opened = await openBodyModelData(options);
	const registered = registerMatchedMesh(mesh, name, opened);
	if (registered === null) return measureScan(mesh, name, opened, options);
	const { model, registration, vertices, isPosed } = registered;
	const surface = restSurface(model, registration, vertices, isPosed);
	const warnings = [...describeWarnings(opened), ...registered.warnings];
	if (isPosed) {
		warnings.push({
			code: "not_in_rest_pose",
			message: `${name} is not in the rest pose; it was brought there by the pose of the nearest body.`,
		});
	}
	if (registration.pve_mm > LARGEST_RESIDUAL_MM) {
		warnings.push({
			code: "residual_large",
			message: `${name} is no ordinary body: the nearest is ${Math.round(registration.pve_mm)} mm away on average.`,
		});
	}
	if (!isPosed && surface.turn_rad > NOTABLE_TURN_RAD) {
		const degrees = Math.round((surface.turn_rad * 180) / Math.PI);
		warnings.push({ code: "mesh_turned", message: `${name} was turned by ${degrees}° to stand upright.` });
	}
	return measureShape(model, surface, describeModelData(opened, model), warnings);
}

/** Measures the resting body that was fitted to a mesh in another topology. */
function measureScan(
	mesh: MeshData,
	name: string,
	opened: OpenedBodyModel,
	options: MeasureMeshOptions,
): MeasurementDocument {
	const { fitter, quality, warnings } = fitScannedMesh(mesh, name, opened, options);
	if (!quality.succeeded) {
		throw unsupported(`${name} is not understood: ${quality.flags[0]!.message}`, quality.advice[0]!);
	}
	const all = [...describeWarnings(opened), ...warnings, ...quality.flags];
	return measureShape(fitter.model, fitter.shape, describeModelData(opened, fitter.model), all);
}
