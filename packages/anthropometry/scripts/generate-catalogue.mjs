/**
 * Writes docs/measurements.md from the measurement definitions, so that the page and the code cannot differ. A test
 * compares them.
 *
 * Usage: node packages/anthropometry/scripts/generate-catalogue.mjs   (after a build)
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {import("@anny-fitter/anthropometry").MeasurementDefinition} MeasurementDefinition
 * @typedef {import("@anny-fitter/anthropometry").Landmark} Landmark
 * @typedef {import("@anny-fitter/anthropometry").BulkDefinition} BulkDefinition
 */

/**
 * @param {readonly MeasurementDefinition[]} definitions
 * @param {Readonly<Record<string, Landmark>>} landmarks
 * @param {readonly BulkDefinition[]} bulk
 * @returns {string} Markdown
 */
export function renderCatalogue(definitions, landmarks, bulk) {
	const overview = definitions.map(
		(d) =>
			`| \`${d.id}\` | ${d.version} | ${d.name} | ${d.kind} | ${d.side} | ${d.iso8559 ?? "–"} | ${d.ansur ?? "–"} |`,
	);
	const texts = definitions.map((d) => {
		const used = d.landmarks.length === 0 ? "" : ` Landmarks: ${d.landmarks.map((name) => `\`${name}\``).join(", ")}.`;
		const picture = `<img src="images/measurements/${d.id}.webp" width="160" alt="${d.name} on the body">`;
		return `| ${picture} | **\`${d.id}\`**<br>${d.definition}${used} |`;
	});
	const sizes = bulk.map((d) => `**\`${d.id}\`** (${d.unit}, version ${d.version}) ${d.definition}\n`);
	const places = Object.entries(landmarks).map(
		([name, l]) =>
			`| \`${name}\` | ${l.description} | ${l.left.join(", ")} | ${l.right === null ? "–" : l.right.join(", ")} |`,
	);
	return `<!-- Written by packages/anthropometry/scripts/generate-catalogue.mjs. Run it after a change of the definitions. -->
# Measurements

Every value is in metres, taken on the body's rest mesh: standing, arms about 42° and legs about 5° off the vertical
(A-pose), Z up. A girth is a tape pulled taut in a plane: the convex hull of the curve in which the plane cuts the mesh.
Trunk girths leave the arms out. \`right\` means: measured on both sides, the right one reported. A changed definition gets
a new version.

The body's pose does not matter: \`anny-fitter measure\`, fits and the API measure the body of the given shape in the rest
pose, whatever pose the parameters hold. Where a definition needs another posture (span, shoulder girth), it says how the
rest pose stands in for it.

Clauses of ISO 8559-1 and columns of ANSUR II name what a definition follows; posture and details differ, and where the
difference was measured it stands in the package's COMPARISON.md.

| id | version | name | kind | side | ISO 8559-1 | ANSUR II column |
|---|---|---|---|---|---|---|
${overview.join("\n")}

## Definitions

Pictures show an average woman; what runs behind or through the body is faint. \`npm run measurement-pictures -w
@anny-fitter/benchmarks\` draws them.

| where it runs | definition |
|---|---|
${texts.join("\n")}

## Volume and surface area

No lengths, and so beside the catalogue: \`volume_m3\` and \`surface_area_m2\` in documents. \`mass_kg\` is the volume times
1010 kg/m³, the density of a living body with the air in its lungs.

${sizes.join("\n")}
## Landmarks

Vertices of the hm08 base mesh; several mean their average unless the description says otherwise.

| landmark | place | midline or left | right |
|---|---|---|---|
${places.join("\n")}
`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const { BULK_DEFINITIONS, LANDMARKS, MEASUREMENTS } = await import("../dist/index.js");
	const path = fileURLToPath(new URL("../../../docs/measurements.md", import.meta.url));
	writeFileSync(path, renderCatalogue(MEASUREMENTS, LANDMARKS, BULK_DEFINITIONS));
	console.log("docs/measurements.md written");
}
