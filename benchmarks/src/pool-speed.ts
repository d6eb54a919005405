/**
 * Times batches of bodies: one thread without the pool, and the pool with one and two threads.
 *
 *   npm run pool-speed -w @anny-fitter/benchmarks [BODIES]
 */
import { type BodyRequest, createBodyPool, loadAnny } from "@anny-fitter/anny";
import { createRandom } from "@anny-fitter/math";
import { median } from "./statistics.js";

const ROUNDS = 5;

const WORKLOADS = [
	{ what: "posed vertices and normals", outputs: { vertices: true, normals: true } },
	{
		what: "stature, three girths, mass",
		outputs: { measurements: ["stature", "chest_girth", "waist_girth", "hip_girth"], mass: true },
	},
] as const;

function randomRequests(count: number): BodyRequest[] {
	const random = createRandom(8);
	return Array.from({ length: count }, () => ({
		shape: {
			gender: random.uniform(),
			age_years: 5 + 70 * random.uniform(),
			weight: random.uniform(),
			height: random.uniform(),
		},
		pose: { "upperarm01.L": [0, random.uniform() - 0.5, 0], "upperarm01.R": [0, random.uniform() - 0.5, 0] },
	}));
}

/** Median bodies per second over several rounds, after one that warms up. */
async function rate(count: number, work: () => Promise<unknown> | unknown): Promise<number> {
	await work();
	const rates: number[] = [];
	for (let i = 0; i < ROUNDS; i++) {
		const from = performance.now();
		await work();
		rates.push((1000 * count) / (performance.now() - from));
	}
	return median(rates);
}

const megabytes = (): number => process.memoryUsage.rss() / 2 ** 20;

const requests = randomRequests(Number(process.argv[2] ?? 300));
console.log("| what | threads | bodies/s | beside one thread without the pool |");
console.log("| --- | --- | --- | --- |");
const anny = await loadAnny();
for (const { what, outputs } of WORKLOADS) {
	const alone = await rate(requests.length, () => {
		for (const { shape, pose } of requests) {
			anny.shape(shape);
			if ("vertices" in outputs) {
				anny.pose(pose ?? {});
				Float32Array.from(anny.vertices);
				anny.normals.slice();
			} else {
				anny.measure(outputs.measurements);
				anny.mass_kg();
			}
		}
	});
	console.log(`| ${what} | no pool | ${alone.toFixed(0)} | |`);
	for (const threads of [1, 2]) {
		const before = megabytes();
		const pool = await createBodyPool({ threads });
		const bodiesPerSecond = await rate(requests.length, () => pool.evaluate(requests, outputs));
		const grown = megabytes() - before;
		const ratio = `${(bodiesPerSecond / alone).toFixed(2)}×, ${grown.toFixed(0)} MB more`;
		console.log(`| ${what} | ${threads} | ${bodiesPerSecond.toFixed(0)} | ${ratio} |`);
		await pool.close();
	}
}
