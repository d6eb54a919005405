// Evaluates many bodies on all processor cores: how waist and mass go with the dial `weight`.
//
//   node examples/node/batch.mjs [BODIES]
import { createBodyPool } from "@anny-fitter/anny";

const count = Number(process.argv[2] ?? 200);
const pool = await createBodyPool();

/** One body at a time, so that the batch can be as long as you like. */
function* requests() {
	for (let i = 0; i < count; i++) yield { shape: { gender: 1, age_years: 34, weight: i / (count - 1) } };
}

const measurements = ["stature", "waist_girth"];
const start = performance.now();
let done = 0;
for await (const body of pool.stream(requests(), { measurements, mass: true })) {
	if (body.error !== null) throw body.error;
	if (done % Math.ceil(count / 10) === 0) {
		const [stature_m = 0, waist_m = 0] = body.measurements_m ?? [];
		const weight = (done / (count - 1)).toFixed(2);
		console.log(
			`weight ${weight}: waist ${(100 * waist_m).toFixed(1)} cm, mass ${body.mass_kg?.toFixed(1)} kg, stature ${stature_m.toFixed(2)} m`,
		);
	}
	done++;
}
const seconds = (performance.now() - start) / 1000;
console.log(`${done} bodies on ${pool.threads} threads: ${(done / seconds).toFixed(0)} bodies/s`);
await pool.close();
