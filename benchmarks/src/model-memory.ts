/**
 * Resident memory of a loaded model, and growth of the heap over many calls; prints one JSON object. Run by speed.ts in a
 * process of its own, with --expose-gc.
 */
import { createMeasurer, measureBody } from "@anny-fitter/anthropometry";
import {
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	preloadShapes,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import type { ModelMemory } from "./speed-model.js";

const CALLS = 10_000;
/** Measuring takes ten times as long as the rest: every so many bodies. */
const MEASURED_EVERY = 20;
const MB = 2 ** 20;

const start_mb = process.memoryUsage.rss() / MB;
const { data } = await openBodyModelData();
const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
const shape = createShapeState(model);
const pose = createPoseState(model, { normals: true });
const random = createRandom(5);
const identity = identityPose(model);

/** @param size of the local changes; all of them large at once leave no body that could be measured */
function evaluateRandomBody(size: number): void {
	const near = (centre: number, spread: number): number => centre + spread * (2 * random.uniform() - 1);
	evaluateShape(shape, model, {
		phenotypes: Object.fromEntries(model.phenotypeLabels.map((label) => [label, near(0.5, 0.5)])),
		localChanges: Object.fromEntries(model.localChangeLabels.map((label) => [label, near(0, size)])),
	});
	evaluatePose(pose, model, shape, identity);
}

for (let i = 0; i < 300; i++) evaluateRandomBody(1);
preloadShapes(data.shapes);
const loaded_mb = process.memoryUsage.rss() / MB;

const measurer = createMeasurer(model);
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error("Start Node with --expose-gc");
const inUse = (): number => {
	collect();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
};
const work = (calls: number): void => {
	for (let i = 0; i < calls; i++) {
		evaluateRandomBody(0.1);
		if (i % MEASURED_EVERY === 0) measureBody(measurer, shape);
	}
};
work(CALLS / 10);
const before = inUse();
work(CALLS);
const growth_kb = (inUse() - before) / 1024;
console.log(JSON.stringify({ start_mb, loaded_mb, growth_kb, calls: CALLS } satisfies ModelMemory));
