import { yearsFromAnnyAge } from "@anny-fitter/body-model";
import type { QualityFlag } from "../quality.js";
import { phenotypeIndex } from "../shape-parameters.js";
import type { ScanRegistration } from "./register-scan.js";
import { UNIT_NAMES } from "./scan-units.js";

/** What became of a registration. */
export interface ScanQuality {
	/** False when what was fitted is no body, or was not understood. */
	readonly succeeded: boolean;
	readonly flags: readonly QualityFlag[];
	readonly advice: readonly string[];
	readonly needsReview: boolean;
}

/** 95 % of the scan's points lie nearer than this share of the stature, or the scan is no body that was understood. */
const LOST = 0.04;
/** Beyond this it is a body that the model cannot take: clothes, hair, a stylised character, another posture. */
const OUTSIDE = 0.009;
/** Less of the body than this near the scan: parts of it are missing. */
const INCOMPLETE = 0.9;
/** The best orientation is not much better than the next one. */
const AMBIGUOUS = 1.15;
const UNDER_YEARS = 2;

/** Judges a registration by the distances between body and scan. */
export function assessScan(registration: ScanRegistration): ScanQuality {
	const { scanToModel, modelToScan, stature_m, cost, runnerUpCost, scan, otherUnits, unit } = registration;
	const flags: QualityFlag[] = [];
	const advice: string[] = [];
	const miss = scanToModel.p95_mm / 1000 / stature_m;
	const millimetres = Math.round(scanToModel.p95_mm);
	if (miss > LOST) {
		flags.push({
			code: "scan_not_understood",
			message: `A twentieth of the scan lies ${millimetres} mm or more from the nearest body: it is no standing person, or the posture is too unusual.`,
		});
		advice.push("Use a scan of one standing person, with the arms away from the trunk.");
	} else if (miss > OUTSIDE) {
		flags.push({
			code: "outside_model",
			message: `A twentieth of the scan lies ${millimetres} mm or more from the body: clothes, hair or a build that the model does not have.`,
		});
		advice.push("Scan in tight clothing, with the hair under a cap.");
	}
	if (modelToScan.near_share < INCOMPLETE) {
		const percent = Math.round(100 * (1 - modelToScan.near_share));
		flags.push({
			code: "incomplete_scan",
			message: `${percent} % of the body has no scan near it; the model and the rest of the scan decide there.`,
		});
	}
	if (runnerUpCost !== null && runnerUpCost < AMBIGUOUS * cost) {
		flags.push({
			code: "orientation_uncertain",
			message: "The body fits the scan nearly as well another way round; front and back may be mistaken.",
		});
	}
	if (scan.inverted) {
		flags.push({
			code: "inside_out",
			message: "The scan's triangles face inwards. If that comes from mirroring, left and right are exchanged.",
		});
	}
	if (otherUnits.length > 0) {
		flags.push({
			code: "unit_uncertain",
			message: `The scan was taken to be in ${UNIT_NAMES[unit]}; in ${otherUnits.map((other) => UNIT_NAMES[other]).join(" or ")} it would be a body too.`,
		});
		advice.push("State the unit with --unit.");
	}
	if (yearsFromAnnyAge(registration.shape[phenotypeIndex("age")]) < UNDER_YEARS) {
		flags.push({
			code: "under_two_years",
			message: "Under two years nobody has compared the body model with real children.",
		});
	}
	const lost = miss > LOST;
	return { succeeded: !lost, flags, advice, needsReview: flags.length > 0 };
}
