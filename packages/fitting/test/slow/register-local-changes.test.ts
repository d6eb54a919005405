import { createBodyModel } from "@anny-fitter/body-model";
import { createMeshRegistrar, registerMesh } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { expect, test } from "vitest";
import { randomBody } from "../registration/random-body.js";

const { data } = await openBodyModelData();
const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
const registrar = createMeshRegistrar(model);

test("a body beyond the phenotypes is found with local changes, and its covariance says how well (seed 7)", () => {
	const target = randomBody(model, 7, { age: 0.6 }, 0.3);
	const found = registerMesh(registrar, target.vertices)!;
	expect(found.pve_mm).toBeLessThan(2);
	expect(Object.values(found.localChanges).some((value) => Math.abs(value) > 0.2)).toBe(true);
	const covariance = found.covariance!;
	const count = found.parameterNames.length;
	for (let p = 0; p < count; p++) expect(covariance[p * count + p]).toBeGreaterThan(0);
});
