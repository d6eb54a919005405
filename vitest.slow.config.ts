import { defineConfig } from "vitest/config";

/** Suites that take minutes: one after the other, each with the machine to itself. */
export default defineConfig({
	test: {
		include: [
			"packages/*/test/slow/**/*.test.ts",
			"services/*/test/slow/**/*.test.ts",
			"apps/*/test/slow/**/*.test.ts",
			"benchmarks/test/slow/**/*.test.ts",
			"examples/test/slow/**/*.test.ts",
			"deploy/*/test/slow/**/*.test.ts",
			"deploy/test/slow/**/*.test.ts",
		],
		testTimeout: 900_000,
		hookTimeout: 240_000,
		pool: "forks",
		maxWorkers: 1,
		fileParallelism: false,
	},
});
