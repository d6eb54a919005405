/** No call leaves anything behind: memory in use after many calls is what it was before. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
	compileBodyModel,
	createBodyModel,
	createKernels,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	identityPose,
	preloadShapes,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { beforeAll, expect, test } from "vitest";
import { readNpmData } from "./reference-data.js";

const CALLS = 100;
/** What the engine itself keeps or frees between two looks; one vertex array is 320 kB. */
const NOISE_BYTES = 200_000;

let asset: Uint8Array;
let collectGarbage: () => void;

beforeAll(() => {
	setFlagsFromString("--expose-gc");
	collectGarbage = runInNewContext("gc") as () => void;
	asset = compileBodyModel(readNpmData());
});

function bytesInUse(): number {
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

test.each(["kernels", "plain TypeScript"])("%s: shape, pose and normals over many calls", (backend) => {
	const kernels = backend === "kernels" ? createKernels() : null;
	const model = createBodyModel(decodeBodyModel(asset, { kernels }), { allPhenotypes: true });
	preloadShapes(model.data.shapes);
	const shape = createShapeState(model);
	const pose = createPoseState(model, { normals: true });
	const parameters = identityPose(model);
	const random = createRandom(41);
	const bodies = Array.from({ length: 8 }, () => ({
		phenotypes: Object.fromEntries(model.phenotypeLabels.map((label) => [label, random.uniform()])),
	}));
	const work = (calls: number): void => {
		for (let call = 0; call < calls; call++) {
			evaluateShape(shape, model, bodies[call % bodies.length]);
			evaluatePose(pose, model, shape, parameters);
		}
	};
	work(CALLS);
	const before = bytesInUse();
	work(CALLS);
	const growth = bytesInUse() - before;
	expect(growth).toBeLessThan(NOISE_BYTES);
	// The look itself sees what a call would leave behind.
	const kept = new Float64Array(3 * model.vertexCount);
	expect(bytesInUse() - before - growth).toBeGreaterThan(NOISE_BYTES);
	expect(kept.length).toBe(3 * model.vertexCount);
});
