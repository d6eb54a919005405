// How much does each dial change the body's mass? The derivative of the volume by all vertices, pulled back to the dials,
// compared with a small turn of each dial.
//
//   node examples/node/derivatives.mjs
import { loadAnny } from "@anny-fitter/anny";
import { pullBackShapeGradient } from "@anny-fitter/body-model";
import { computeVolumeGradient } from "@anny-fitter/mesh";

const DENSITY_KG_M3 = 1010;
const STEP = 1e-5;

const anny = await loadAnny();
/** @type {Record<string, number>} */
const shape = { gender: 0.8, age: 0.7, weight: 0.6, height: 0.55, muscle: 0.45, "measure-waist-circ-incr": 0.2 };
const dials = /** @type {const} */ (["gender", "age", "weight", "height", "muscle", "measure-waist-circ-incr"]);
anny.shape(shape);

// 1. The mass by every coordinate of every vertex.
const byVertex = new Float64Array(anny.rest.vertices.length);
computeVolumeGradient(byVertex, anny.rest.vertices, anny.triangles);

// 2. One pass over the shapes gives all dials at once.
/** @type {import("@anny-fitter/body-model").ShapeParameter[]} */
const parameters = dials.map((label) =>
	label === "measure-waist-circ-incr" ? { kind: "local", labels: [label] } : { kind: "phenotype", label },
);
const values = Float64Array.from(dials, (label) => shape[label] ?? 0);
const gradient = new Float64Array(dials.length);
pullBackShapeGradient(gradient, anny.model, parameters, values, byVertex);

// 3. The slow and obvious way.
for (const [i, label] of dials.entries()) {
	const mass = (/** @type {number} */ value) => {
		anny.shape({ ...shape, [label]: value });
		return anny.mass_kg(DENSITY_KG_M3);
	};
	const here = shape[label] ?? 0;
	const difference = (mass(here + STEP) - mass(here - STEP)) / (2 * STEP);
	const derivative = DENSITY_KG_M3 * (gradient[i] ?? Number.NaN);
	console.log(`${label}: ${derivative.toFixed(3)} kg per unit (central difference ${difference.toFixed(3)})`);
}
