import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: [
			"packages/*/test/**/*.test.ts",
			"services/*/test/**/*.test.ts",
			"apps/*/test/**/*.test.ts",
			"benchmarks/test/**/*.test.ts",
			"examples/test/**/*.test.ts",
			"tools/test/**/*.test.ts",
			"deploy/*/test/**/*.test.ts",
			"deploy/test/**/*.test.ts",
		],
		// Minutes long; `npm run test:slow`.
		exclude: ["**/test/slow/**"],
		testTimeout: 120_000,
		hookTimeout: 240_000,
		// Two workers: the suites load ONNX Runtime and the body model, about 0.5 GB each.
		pool: "forks",
		maxWorkers: 2,
	},
});
