import { defineConfig } from "vitest/config";

const limits = { testTimeout: 900_000, hookTimeout: 240_000, pool: "forks" as const };
/** Sums on one core each that nobody times: two of them at once. */
const SUMS = [
	"packages/fitting/test/slow/**/*.test.ts",
	"benchmarks/test/slow/**/*.test.ts",
	"examples/test/slow/packed-packages.test.ts",
];

/** Suites that take minutes. */
export default defineConfig({
	test: {
		projects: [
			{
				test: {
					...limits,
					name: "alone",
					include: [
						"packages/*/test/slow/**/*.test.ts",
						"services/*/test/slow/**/*.test.ts",
						"apps/*/test/slow/**/*.test.ts",
						"examples/test/slow/**/*.test.ts",
						"deploy/*/test/slow/**/*.test.ts",
						"deploy/test/slow/**/*.test.ts",
					],
					exclude: [...SUMS, "**/node_modules/**"],
					// One after the other, each with the machine to itself.
					maxWorkers: 1,
					fileParallelism: false,
					sequence: { groupOrder: 0 },
				},
			},
			{ test: { ...limits, name: "sums", include: SUMS, maxWorkers: 2, sequence: { groupOrder: 1 } } },
		],
	},
});
