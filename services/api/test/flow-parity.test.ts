import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createApi, startFitWorker } from "@anny-fitter/api";
import type { ResultDocument } from "@anny-fitter/contracts";
import { fitPhotoFiles } from "@anny-fitter/pipeline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../packages/platform/test/free-port.js";
import { isVaultEmpty, postFit, until, waitForSession } from "./fit-helpers.js";
import {
	createTestUser,
	ENVIRONMENTS,
	type EnvironmentName,
	isAvailable,
	openTestEnvironment,
	samplePhoto,
} from "./test-environment.js";

const SERVICES = ["vision", "fitting", "visualization"] as const;

describe("a fit over the API is the fit of the command line", () => {
	let expected: Omit<ResultDocument, "timings_ms">;

	beforeAll(async () => {
		const { document } = await fitPhotoFiles({
			photos: [
				{ bytes: await samplePhoto("woman-front"), name: "photo 1", view: "front" },
				{ bytes: await samplePhoto("woman-side"), name: "photo 2", view: "side" },
			],
			stated: { stature_m: 1.68, weight_kg: 62, age_years: 35, sex: "female" },
		});
		const { timings_ms: _, ...content } = document;
		expected = content;
	}, 240_000);

	async function expectSameModel(name: EnvironmentName, settings: Readonly<Record<string, string>> = {}) {
		const environment = await openTestEnvironment(name, { settings });
		const api = await createApi(environment.dependencies);
		const worker = await startFitWorker(environment.dependencies);
		try {
			const user = await createTestUser(api);
			const answer = await postFit(api, user, [
				["photos", await samplePhoto("woman-front"), "a.jpg"],
				["photos", await samplePhoto("woman-side"), "b.jpg"],
				["views", '["front", "side"]'],
				["stature_m", "1.68"],
				["weight_kg", "62"],
				["age_years", "35"],
				["sex", "female"],
			]);
			expect(answer.statusCode, answer.body).toBe(202);
			const ended = await waitForSession(api, user, answer.json().session_id, undefined, 200_000);
			expect(ended).toMatchObject({ status: "completed", progress: 1, error: null });
			const get = (path: string) =>
				api.inject({ url: `/api/v1/models/${ended.model_id}${path}`, headers: user.headers });
			const { model_id, subject_id, session_id, created_at, timings_ms, ...content } = (await get("")).json();
			expect(content).toEqual(expected);
			expect(Object.keys(content.measurements)).toEqual(Object.keys(expected.measurements));
			expect((await get("/export?format=glb")).rawPayload.subarray(0, 4).toString()).toBe("glTF");
			await until(() => isVaultEmpty(environment));
		} finally {
			await worker.stop();
			await api.close();
			await environment.close();
		}
	}

	for (const name of ENVIRONMENTS) {
		test(`${name}, services in the same process`, { timeout: 240_000 }, async ({ skip }) => {
			if (!(await isAvailable(name))) skip();
			await expectSameModel(name);
		});
	}

	describe("services in processes of their own", () => {
		const children: ChildProcess[] = [];
		const settings: Record<string, string> = {};

		beforeAll(async () => {
			for (const service of SERVICES) {
				const { child, url } = await startService(service);
				children.push(child);
				settings[`${service.toUpperCase()}_URL`] = url;
			}
		}, 120_000);
		afterAll(async () => {
			await Promise.all(
				children.map(async (child) => {
					const ended = once(child, "exit");
					child.kill("SIGTERM");
					expect((await ended)[0]).toBe(0);
				}),
			);
		});

		for (const name of ENVIRONMENTS) {
			test(`${name}, over gRPC`, { timeout: 240_000 }, async ({ skip }) => {
				if (!(await isAvailable(name))) skip();
				await expectSameModel(name, settings);
			});
		}
	});
});

/** A service as an operator starts it, once it listens. */
async function startService(service: (typeof SERVICES)[number]): Promise<{ child: ChildProcess; url: string }> {
	const port = await freePort();
	const main = fileURLToPath(new URL(`../../${service}/dist/main.js`, import.meta.url));
	const child = spawn(process.execPath, [main], {
		env: { PATH: process.env.PATH, HOME: process.env.HOME, [`${service.toUpperCase()}_PORT`]: `${port}` },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	await new Promise<void>((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.on("data", (text) => {
				output += text;
				if (output.includes("service listens")) resolve();
			});
		}
		child.once("exit", (code) => reject(new Error(`${service} ended with ${code}:\n${output}`)));
	});
	return { child, url: `http://127.0.0.1:${port}` };
}
