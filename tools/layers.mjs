/**
 * The map of the project: each package, what kind it is and which packages of the project it may import.
 * ARCHITECTURE.md draws the same map; a test compares the two lists of names.
 *
 * - numeric: pure computation; runs in any JavaScript engine, so no Node modules.
 * - node: uses Node and native libraries.
 * - app: a program; nothing imports it.
 *
 * @typedef {{kind: "numeric" | "node" | "app", mayImport: readonly string[]}} Layer
 * @type {Readonly<Record<string, Layer>>}
 */
export const LAYERS = {
	"@anny-fitter/math": { kind: "numeric", mayImport: [] },
	"@anny-fitter/solver": { kind: "numeric", mayImport: ["math"] },
	"@anny-fitter/mesh": { kind: "numeric", mayImport: ["math"] },
	"@anny-fitter/camera": { kind: "numeric", mayImport: ["math"] },
	"@anny-fitter/perception": { kind: "numeric", mayImport: ["math"] },
	"@anny-fitter/body-model": { kind: "numeric", mayImport: ["math", "mesh"] },
	"@anny-fitter/anthropometry": { kind: "numeric", mayImport: ["math", "mesh", "body-model"] },
	"@anny-fitter/mesh-io": { kind: "numeric", mayImport: ["math", "mesh", "body-model"] },
	"@anny-fitter/fitting": {
		kind: "numeric",
		mayImport: ["math", "solver", "mesh", "camera", "body-model", "anthropometry"],
	},
	"@anny-fitter/reference": { kind: "numeric", mayImport: ["math"] },
	// Runs in browsers too, but finds the model's data on the disk when it runs in Node.
	"@anny-fitter/anny": { kind: "node", mayImport: ["math", "mesh", "body-model", "anthropometry"] },
	"@anny-fitter/contracts": { kind: "node", mayImport: [] },
	"@anny-fitter/platform": { kind: "node", mayImport: ["contracts", "anny"] },
	"@anny-fitter/vision": { kind: "node", mayImport: ["contracts", "perception", "platform"] },
	"@anny-fitter/pipeline": {
		kind: "node",
		mayImport: [
			"contracts",
			"platform",
			"vision",
			"perception",
			"fitting",
			"anthropometry",
			"mesh-io",
			"camera",
			"body-model",
			"mesh",
			"math",
		],
	},
	"@anny-fitter/vision-service": { kind: "node", mayImport: ["contracts", "platform", "pipeline", "vision"] },
	"@anny-fitter/fitting-service": { kind: "node", mayImport: ["contracts", "platform", "pipeline"] },
	"@anny-fitter/visualization-service": { kind: "node", mayImport: ["contracts", "platform", "pipeline"] },
	"@anny-fitter/api": { kind: "node", mayImport: ["contracts", "platform", "math", "reference"] },
	"@anny-fitter/server": {
		kind: "node",
		mayImport: ["contracts", "platform", "api", "vision-service", "fitting-service", "visualization-service"],
	},
	"anny-fitter": {
		kind: "app",
		// Of the web application it only looks up where the built files lie.
		mayImport: ["contracts", "pipeline", "platform", "vision", "api", "server", "web", "*numeric"],
	},
	"@anny-fitter/web": { kind: "app", mayImport: ["*numeric"] },
	"@anny-fitter/benchmarks": {
		kind: "app",
		mayImport: ["anny", "contracts", "pipeline", "platform", "vision", "*numeric"],
	},
};
