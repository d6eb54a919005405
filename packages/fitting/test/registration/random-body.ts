import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	type PhenotypeLabel,
	phenotypeRange,
} from "@anny-fitter/body-model";
import { createRandom, rotationFromVector } from "@anny-fitter/math";

/** A random body anywhere, every bone turned. */
export function randomBody(model: BodyModel, seed: number, fixed: Record<string, number> = {}, localSigma = 0) {
	const random = createRandom(seed);
	const phenotypes: Record<string, number> = {};
	for (const label of model.phenotypeLabels) {
		const [low, high] = phenotypeRange(label as PhenotypeLabel);
		phenotypes[label] = fixed[label] ?? low + (high - low) * random.uniform();
	}
	const localChanges: Record<string, number> = {};
	for (const label of localSigma > 0 ? model.localChangeLabels : []) localChanges[label] = localSigma * random.normal();
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes, localChanges });
	const pose = identityPose(model);
	const rotation = new Float64Array(9);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		const sigma = bone === 0 ? 2 : 0.25;
		rotationFromVector(rotation, [sigma * random.normal(), sigma * random.normal(), sigma * random.normal()]);
		for (let row = 0; row < 3; row++) pose.set(rotation.subarray(3 * row, 3 * row + 3), 12 * bone + 4 * row);
	}
	for (const at of [3, 7, 11]) pose[at] = random.normal();
	const posed = createPoseState(model);
	evaluatePose(posed, model, shape, pose);
	return { phenotypes, shape, vertices: posed.vertices, random };
}
