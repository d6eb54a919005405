import { createBodyModel } from "@anny-fitter/body-model";
import { AppError, type Warning } from "@anny-fitter/contracts";
import {
	assessScan,
	createScanFitter,
	evaluateScannedBody,
	registerScan,
	SCAN_UNITS,
	type ScanFitter,
	type ScanQuality,
	type ScanRegistration,
	type ScanStage,
	type ScanUnit,
	UNIT_NAMES,
} from "@anny-fitter/fitting";
import { computeBounds } from "@anny-fitter/mesh";
import type { MeshData } from "@anny-fitter/mesh-io";
import type { OpenedBodyModel } from "@anny-fitter/platform";
import { unsupported } from "./mesh-file.js";

/** A body fitted to a mesh in another topology. */
export interface ScannedMesh {
	/** Holds the fitted body: `shape` at rest, `pose` as scanned. */
	readonly fitter: ScanFitter;
	readonly registration: ScanRegistration;
	readonly quality: ScanQuality;
	/** What was found out about the file, one sentence each. */
	readonly warnings: readonly Warning[];
}

export interface ScanMeshOptions {
	/** Unit of the file; found out when left out. */
	readonly unit?: ScanUnit | undefined;
	readonly onStage?: ((stage: ScanStage) => void) | undefined;
}

/** Turned by more than this, the file stood otherwise than it says. */
const NOTABLE_TURN_COSINE = Math.cos(0.2);

/** Between its two farthest sides no body is smaller, and no room that a body is scanned in larger, metres. */
const SMALLEST_BODY_M = 0.3;
const LARGEST_ROOM_M = 15;

/**
 * Fits a body to a mesh or point cloud of any topology, unit and orientation.
 *
 * @param mesh in Anny's frame as far as the file's format says
 * @param name file name for messages
 * @throws {AppError} `unsupported_mesh` for too few points and for sizes that no body has in the given or in any unit
 */
export function fitScannedMesh(
	mesh: MeshData,
	name: string,
	opened: OpenedBodyModel,
	{ unit, onStage }: ScanMeshOptions = {},
): ScannedMesh {
	if (unit !== undefined) requireSize(mesh, name, unit);
	const fitter = createScanFitter(createBodyModel(opened.data, { allPhenotypes: true, localChanges: true }));
	const registration = register(fitter, mesh, name, { unit, onStage });
	evaluateScannedBody(fitter, registration.shape, registration.pose);
	return { fitter, registration, quality: assessScan(registration), warnings: describe(registration, name, unit) };
}

function requireSize({ vertices }: MeshData, name: string, unit: ScanUnit): void {
	const bounds = new Float64Array(6);
	computeBounds(bounds, vertices);
	const size = Math.max(bounds[3]! - bounds[0]!, bounds[4]! - bounds[1]!, bounds[5]! - bounds[2]!);
	const size_m = size * SCAN_UNITS[unit];
	if (size_m >= SMALLEST_BODY_M && size_m <= LARGEST_ROOM_M) return;
	throw unsupported(
		`In ${UNIT_NAMES[unit]} ${name} is ${Number(size_m.toPrecision(3))} m large, which no scan of a person is.`,
		"Correct --unit, or leave it out: the unit is then found out.",
	);
}

function register(fitter: ScanFitter, mesh: MeshData, name: string, options: ScanMeshOptions): ScanRegistration {
	try {
		return registerScan(fitter, mesh, options);
	} catch (cause) {
		if (!(cause instanceof RangeError)) throw cause;
		throw new AppError("unsupported_mesh", `${name} cannot be registered: ${cause.message.replace(/\.$/, "")}.`, {
			remedy: "Use a scan of one person from head to feet; state its unit with --unit when the size is unusual.",
			cause,
		});
	}
}

function describe(registration: ScanRegistration, name: string, stated: ScanUnit | undefined): Warning[] {
	const warnings: Warning[] = [
		{
			code: "other_topology",
			message: `${name} is not in Anny's topology: what follows is a body fitted to it, within ${registration.scanToModel.mean_mm.toFixed(1)} mm on average.`,
		},
	];
	if (stated === undefined && registration.unit !== "m") {
		warnings.push({
			code: "mesh_scaled",
			message: `${name} was taken to be in ${UNIT_NAMES[registration.unit]}.`,
		});
	}
	const { rotation } = registration.bodyFromScan;
	const cosine = (rotation[0]! + rotation[4]! + rotation[8]! - 1) / 2;
	if (cosine < NOTABLE_TURN_COSINE) {
		const degrees = Math.round((Math.acos(Math.max(-1, cosine)) * 180) / Math.PI);
		warnings.push({ code: "mesh_turned", message: `${name} was turned by ${degrees}° to stand upright.` });
	}
	return warnings;
}
