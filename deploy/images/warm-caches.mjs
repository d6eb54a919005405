/**
 * Fills the cache folder of a deployable tree, with the tree's own code: what a process would otherwise compute at each
 * start, since it may write nothing.
 *
 * Usage: ANNY_FITTER_CACHE=DIR node warm-caches.mjs TREE body-model|networks…
 */
import { join } from "node:path";
import { argv, stderr } from "node:process";
import { pathToFileURL } from "node:url";

const [tree = ".", ...caches] = argv.slice(2);

/** @param {string} path in the tree @returns {Promise<any>} */
const load = (path) => import(pathToFileURL(join(tree, path)).href);

for (const cache of caches) {
	if (cache === "body-model") {
		const { openBodyModelData } = await load("packages/platform/dist/index.js");
		const { cache: outcome, source } = await openBodyModelData();
		if (outcome.state === "unwritable") throw new Error(`The body model could not be stored at ${outcome.path}.`);
		stderr.write(`body model: ${source.detail}\n`);
	} else if (cache === "networks") {
		const { openVision } = await load("packages/vision/dist/index.js");
		const vision = await openVision();
		await vision.close();
		if (vision.start.warning !== null) throw new Error(vision.start.warning);
		stderr.write(`networks: ${vision.start.models.length}\n`);
	} else {
		throw new RangeError(`There is no cache ${cache}.`);
	}
}
