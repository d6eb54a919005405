import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createMeasurer, measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { openFitEngine } from "@anny-fitter/pipeline";
import { openBodyModelData } from "@anny-fitter/platform";

/** The repository's folder, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Fits the woman of the sample photos, as the README tells her facts, and measures her at rest.
 *
 * @param tapes ids of the measurements that are wanted
 * @param isOverlaid draws the body over the photos, too: PNG files in the order of the photos
 */
export async function fitSampleWoman(tapes: readonly string[], isOverlaid = false) {
	const names = ["woman-front.jpg", "woman-side.jpg"];
	const engine = await openFitEngine();
	const outcome = await engine.fit({
		photos: names.map((name) => ({ name, bytes: readFileSync(`${REPOSITORY}samples/${name}`) })),
		stated: { stature_m: 1.724, weight_kg: 71, age_years: 33, sex: "female" },
	});
	const overlays = isOverlaid ? await Promise.all(names.map((_, i) => outcome.renderOverlay(i))) : [];
	await engine.close();
	const { document } = outcome;
	const { data } = await openBodyModelData();
	const parameters = { phenotypes: document.phenotypes, localChanges: document.local_changes };
	const options = { allPhenotypes: true, localChanges: true };
	const model = createBodyModel(data, options);
	const shape = createShapeState(model);
	evaluateShape(shape, model, parameters);
	const withEyes = createBodyModel(data, { ...options, eyes: true });
	const body = createShapeState(withEyes);
	evaluateShape(body, withEyes, parameters);
	const heights = body.vertices.filter((_, i) => i % 3 === 2);
	return {
		document,
		overlays,
		tapes: measureBody(createMeasurer(model), shape, tapes),
		/** With eyes, which the measurements do not need. */
		vertices: body.vertices,
		triangles: withEyes.triangles,
		low_m: heights.reduce((a, b) => Math.min(a, b)),
		high_m: heights.reduce((a, b) => Math.max(a, b)),
	};
}
