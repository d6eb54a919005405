import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HolisticModel } from "@anny-fitter/perception";
import { listVisionModels, type PoseVariant } from "@anny-fitter/vision";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holisticFiles } from "../src/model-table.js";
import { createSessions } from "../src/sessions.js";
import { readJson } from "./shared.js";

interface Noise {
	models: Record<
		string,
		{ input: number[]; outputs: { length: number; largest: number; stride: number; samples: number[] }[] }
	>;
}

const noise = readJson<Noise>(new URL("./fixtures/model-noise.json", import.meta.url));

function seededNoise(length: number): Float32Array {
	const values = new Float32Array(length);
	let seed = 12345;
	for (let i = 0; i < length; i++) {
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		values[i] = seed / 2 ** 32;
	}
	return values;
}

describe("converted models", () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "anny-noise-"));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	it.each<PoseVariant>(["lite", "full", "heavy"])(
		"give an independent runtime's outputs on noise (%s)",
		async (variant) => {
			const sessions = await createSessions({ variant, threads: 2, device: "cpu", cacheFolder: folder });
			try {
				for (const [model, file] of Object.entries(holisticFiles(variant))) {
					const reference = noise.models[file];
					if (reference === undefined) throw new Error(`no reference for ${file}`);
					const input = seededNoise(reference.input.reduce((product, size) => product * size, 1));
					const outputs = await sessions.runModel(model as HolisticModel, input);
					expect(outputs).toHaveLength(reference.outputs.length);
					reference.outputs.forEach(({ length, largest, stride, samples }, i) => {
						const values = outputs[i] ?? new Float32Array(0);
						expect(values.length).toBe(length);
						const error = Math.max(
							...samples.map((sample, k) => Math.abs(sample - (values[k * stride] ?? Number.NaN))),
						);
						expect.soft(error, `${file} output ${i}`).toBeLessThanOrEqual(1e-4 * largest + 1e-6);
					});
				}
			} finally {
				await sessions.release();
			}
		},
	);

	it("come from files with the expected hashes", async () => {
		const models = await listVisionModels();
		expect(models).toHaveLength(8);
		for (const model of models) {
			expect(model).toMatchObject({ status: "installed", license: "Apache-2.0", source: "@mediapipe/holistic" });
			expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
		}
	});
});
