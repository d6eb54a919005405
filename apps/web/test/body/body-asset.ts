import { createBodyModel, decodeBodyModel } from "@anny-fitter/body-model";
import {
	createPhotoFitter,
	estimateMeasurements,
	fitPhotos,
	nameCovariance,
	namedShape,
	type PhotoFit,
} from "@anny-fitter/fitting";
import { openBodyModelAsset } from "@anny-fitter/platform";
import type { BodyShape, ShapeCovariance } from "../../src/body/body-types.js";

/** A body as the result document of a fit has it. */
export interface FittedBody {
	readonly shape: BodyShape;
	readonly covariance: ShapeCovariance;
	readonly measurements: Readonly<Record<string, { readonly value_m: number; readonly sigma_m: number }>>;
	readonly fit: PhotoFit;
}

/** The compiled body model, as the server hands it out. */
export async function bodyAsset(): Promise<Uint8Array<ArrayBuffer>> {
	return Uint8Array.from((await openBodyModelAsset()).bytes);
}

/** The body of stated facts. */
export function fittedBody(asset: Uint8Array): FittedBody {
	const fitter = createPhotoFitter(
		createBodyModel(decodeBodyModel(asset), { allPhenotypes: true, localChanges: true }),
	);
	const stated = { stature_m: 1.72, mass_kg: 70, age_years: 33, sex: "female", measures_m: {} } as const;
	const fit = fitPhotos(fitter, [], stated);
	const { phenotypes, localChanges } = namedShape(fit.shape);
	return {
		shape: { phenotypes, local_changes: localChanges },
		covariance: nameCovariance(fit.covariance),
		measurements: Object.fromEntries(estimateMeasurements(fitter, fit, stated)),
		fit,
	};
}
