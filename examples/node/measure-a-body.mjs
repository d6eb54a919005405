// Shapes a body, measures it, bends an arm, and writes the mesh as OBJ.
//
//   node examples/node/measure-a-body.mjs [FILE.obj]
import { writeFileSync } from "node:fs";
import { loadAnny } from "@anny-fitter/anny";
import { MEASUREMENTS } from "@anny-fitter/anthropometry";

const anny = await loadAnny();

// Phenotypes say what kind of person, local changes what is particular; `anny.dials` lists all.
anny.shape({ gender: 1, age_years: 34, height: 0.6, "measure-waist-circ-incr": 0.2 });

const { waist_girth, hip_girth, stature } = anny.measure(["waist_girth", "hip_girth", "stature"]);
console.log(`stature ${(100 * stature.value_m).toFixed(1)} cm, ${anny.mass_kg().toFixed(1)} kg`);
console.log(`waist ${(100 * waist_girth.value_m).toFixed(1)} cm, hip ${(100 * hip_girth.value_m).toFixed(1)} cm`);
console.log(
	`the waist's tape runs through ${waist_girth.path.length / 3} points; of ${MEASUREMENTS.length} measurements`,
);

// Radians about the world's axes, as the body stands at rest: the left forearm turns up.
anny.pose({ "lowerarm01.L": [-1.4, 0, 0] });

const { vertices, normals, triangles, bones } = anny;
console.log(`${vertices.length / 3} vertices, ${triangles.length / 3} triangles, ${bones.length} bones`);

const path = process.argv[2];
if (path !== undefined) {
	const lines = ["# metres, Z up"];
	for (let i = 0; i < vertices.length; i += 3) lines.push(`v ${vertices.subarray(i, i + 3).join(" ")}`);
	for (let i = 0; i < normals.length; i += 3) lines.push(`vn ${normals.subarray(i, i + 3).join(" ")}`);
	for (let i = 0; i < triangles.length; i += 3) {
		const corners = Array.from(triangles.subarray(i, i + 3), (vertex) => `${vertex + 1}//${vertex + 1}`);
		lines.push(`f ${corners.join(" ")}`);
	}
	writeFileSync(path, `${lines.join("\n")}\n`);
	console.log(`written to ${path}`);
}
