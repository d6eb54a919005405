import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi } from "@anny-fitter/api";
import { EXPORT_FORMATS } from "@anny-fitter/contracts";
import { readGlb, readObj, readPly, readStl, toAnnyFrame } from "@anny-fitter/mesh-io";
import { type ObjectStore, openObjectStore } from "@anny-fitter/platform/objects";
import { validateBytes } from "gltf-validator";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../packages/platform/test/free-port.js";
import { sweepFits } from "../src/fits/fit-sweeper.js";
import { type BodyServices, type MadeModel, makeModel, openBodyServices } from "./body-services.js";
import {
	createTestUser,
	ENVIRONMENTS,
	type EnvironmentName,
	isAvailable,
	openTestEnvironment,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`exports, ${name}`, () => {
		let bodies: BodyServices;
		let environment: TestEnvironment;
		let api: TestApi;
		let user: TestUser;
		let model: MadeModel;
		let clock_ms = 0;

		beforeAll(async () => {
			bodies = await openBodyServices();
			environment = await openTestEnvironment(name, {
				services: bodies.services,
				replace: () => ({ now: () => new Date(Date.now() + clock_ms) }),
			});
			api = await createApi(environment.dependencies);
			user = await createTestUser(api);
			model = await makeModel(environment, user, { stature_m: 1.68, weight_kg: 62, sex: "female", age_years: 35 });
		});
		afterAll(async () => {
			await api?.close();
			await environment?.close();
			await bodies?.close();
		});

		const ask = (
			query: string,
			{ modelId = model.modelId, headers = {}, method = "GET" as "GET" | "HEAD", of = api } = {},
		) =>
			of.inject({
				method,
				url: `/api/v1/models/${modelId}/export?${query}`,
				headers: { ...user.headers, ...headers },
			});
		const countFiles = async () => {
			let count = 0;
			for await (const _ of environment.dependencies.objects.list("exports/")) count++;
			return count;
		};
		const countAudited = async () => {
			const rows = await environment.dependencies.database.asSystem((tx) =>
				tx.selectFrom("audit_log").select("log_id").where("action", "=", "data_export").execute(),
			);
			return rows.length;
		};

		test("a GLB is valid, OBJ, PLY and STL hold the same body, in the frame and pose that were asked for", async () => {
			const file = async (query: string) => (await ask(query)).rawPayload;
			const glb = await file("format=glb");
			const { issues } = await validateBytes(glb);
			expect([issues.numErrors, issues.numWarnings]).toEqual([0, 0]);
			const obj = readObj(await file("format=obj"));
			const ply = readPly(await file("format=ply"));
			const stl = readStl(await file("format=stl"));
			expect(obj.vertices.length).toBeGreaterThan(3 * 10_000);
			expect(ply.vertices.length).toBe(obj.vertices.length);
			expect(stl.triangles.length).toBe(ply.triangles.length);
			expect(extent(stl.vertices, 2)).toBeCloseTo(extent(obj.vertices, 2), 4);
			expect(extent(toAnnyFrame(readGlb(glb)).vertices, 2)).toBeGreaterThan(1.5);
			const yUp = readObj(await file("format=obj&frame=gltf"));
			expect(extent(yUp.vertices, 1)).toBeCloseTo(extent(obj.vertices, 2), 6);
			const rest = readObj(await file("format=obj&pose=rest"));
			expect(extent(rest.vertices, 2)).toBeCloseTo(model.document.stature_m, 1);
			// The raised arm of the given pose.
			expect(Math.abs(extent(rest.vertices, 0) - extent(obj.vertices, 0))).toBeGreaterThan(0.05);
		});

		test("JSON is the model's document, CSV has a header and a line per measurement", async () => {
			const read = await api.inject({ url: `/api/v1/models/${model.modelId}`, headers: user.headers });
			expect((await ask("format=json")).json()).toEqual(read.json());
			const lines = (await ask("format=csv")).body.trimEnd().split("\r\n");
			expect(lines[0]).toBe(
				"measurement,value,sigma,interval90_low,interval90_high,unit,confidence,version,name,extracted_from,over_clothing",
			);
			const ids = Object.keys(model.document.measurements);
			const seen = (model.document.image_measurements ?? []).map(({ id }) => id);
			expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual([
				...ids,
				"mass",
				"volume",
				"surface_area",
				...seen,
			]);
			expect(Number(lines[1]?.split(",")[1])).toBe(model.document.measurements[ids[0]!]?.value_m);
		});

		test.each(EXPORT_FORMATS)(
			"%s: name, type, length; known by its ETag; HEAD tells the same and exports nothing",
			async (format) => {
				const first = await ask(`format=${format}`);
				expect(first.statusCode).toBe(200);
				expect(first.headers["content-disposition"]).toBe(
					`attachment; filename="body-${model.modelId.slice(0, 8)}.${format}"`,
				);
				expect(Number(first.headers["content-length"])).toBe(first.rawPayload.length);
				const expiry_ms = new Date(String(first.headers.expires)).getTime() - Date.now();
				expect(expiry_ms).toBeGreaterThan(23 * 3600_000);
				expect(expiry_ms).toBeLessThanOrEqual(24 * 3600_000);
				const builds = bodies.builds();
				const audited = await countAudited();
				const { etag } = first.headers;
				const known = await ask(`format=${format}`, { headers: { "if-none-match": String(etag) } });
				expect([known.statusCode, known.body, known.headers.etag]).toEqual([304, "", etag]);
				const head = await ask(`format=${format}`, { method: "HEAD" });
				expect([head.statusCode, head.body]).toEqual([200, ""]);
				for (const header of ["etag", "content-type", "content-length", "content-disposition"]) {
					expect(head.headers[header], header).toBe(first.headers[header]);
				}
				expect(await countAudited()).toBe(audited);
				const again = await ask(`format=${format}`);
				expect(again.rawPayload.equals(first.rawPayload)).toBe(true);
				expect(bodies.builds()).toBe(builds);
				expect(await countAudited()).toBe(audited + 1);
			},
		);

		test("refuses unknown formats and options", async () => {
			for (const query of ["", "format=fbx", "format=obj&frame=unity", "format=obj&pose=dance"]) {
				expect((await ask(query)).json(), query).toMatchObject({ code: "invalid_argument", status: 400 });
			}
		});

		test("ten equal requests at once build one file", async () => {
			const other = await makeModel(environment, user, { stature_m: 1.8, sex: "male" });
			const [builds, files] = [bodies.builds(), await countFiles()];
			const answers = await Promise.all(
				Array.from({ length: 10 }, () => ask("format=ply", { modelId: other.modelId })),
			);
			for (const answer of answers) {
				expect(answer.statusCode).toBe(200);
				expect(answer.rawPayload.equals(answers[0]!.rawPayload)).toBe(true);
			}
			expect(bodies.builds()).toBe(builds + 1);
			expect(await countFiles()).toBe(files + 1);
		});

		test("an export is built anew after a day; files go with their time and with their model", async () => {
			const own = await makeModel(environment, user, { stature_m: 1.6 });
			await ask("format=stl", { modelId: own.modelId });
			const builds = bodies.builds();
			try {
				clock_ms = 24 * 3600_000 - 60_000;
				// The token is of yesterday as well.
				const token = user.headers;
				user = { ...user, headers: await loginHeaders(api, user) };
				expect((await ask("format=stl", { modelId: own.modelId })).statusCode).toBe(200);
				expect(bodies.builds()).toBe(builds);
				clock_ms = 24 * 3600_000 + 1000;
				expect((await ask("format=stl", { modelId: own.modelId })).statusCode).toBe(200);
				expect(bodies.builds()).toBe(builds + 1);
				await sweepFits(environment.dependencies, { withSlow: true });
				expect(await countFiles()).toBe(1);
				await api.inject({ method: "DELETE", url: `/api/v1/models/${own.modelId}`, headers: user.headers });
				expect(await countFiles()).toBe(0);
				expect((await ask("format=stl", { modelId: own.modelId })).statusCode).toBe(404);
				user = { ...user, headers: token as TestUser["headers"] };
			} finally {
				clock_ms = 0;
			}
		});

		test("anonymising takes the birth date out of exports that were made before", async () => {
			const born = await makeModel(environment, user, { stature_m: 1.6, date_of_birth: "1990-04-23" });
			expect((await ask("format=json", { modelId: born.modelId })).body).toContain("1990-04-23");
			const files = await countFiles();
			const url = `/api/v1/subjects/${born.subjectId}/anonymize`;
			const answer = await api.inject({ method: "POST", url, headers: user.headers });
			expect(answer.statusCode, answer.body).toBe(200);
			expect(await countFiles()).toBe(files - 1);
			expect((await ask("format=json", { modelId: born.modelId })).body).not.toContain("1990-04");
		});

		test("a store that is gone answers 503 with Retry-After, also to what was exported before", async () => {
			const { objects, folder, breakIt } = await openBreakableStore(name);
			const faulty = await createApi({ ...environment.dependencies, objects });
			try {
				const query = "format=obj&frame=gltf&pose=rest";
				const { modelId } = await makeModel(environment, user, { stature_m: 1.71 });
				expect((await ask(query, { modelId, of: faulty })).statusCode).toBe(200);
				await breakIt();
				for (const each of [query, "format=csv"]) {
					const answer = await ask(each, { modelId, of: faulty });
					expect(answer.json(), each).toMatchObject({ code: "service_unavailable", status: 503 });
					expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
				}
				// The body itself needs no store, and a model can still be deleted.
				const mesh = await faulty.inject({ url: `/api/v1/models/${modelId}/mesh`, headers: user.headers });
				expect(mesh.statusCode).toBe(200);
				const url = `/api/v1/models/${modelId}`;
				expect((await faulty.inject({ method: "DELETE", url, headers: user.headers })).statusCode).toBe(204);
			} finally {
				await faulty.close();
				await objects.close();
				await rm(folder, { recursive: true, force: true });
			}
		});
	});
}

function extent(vertices: ArrayLike<number>, axis: number): number {
	let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (let i = axis; i < vertices.length; i += 3) {
		low = Math.min(low, vertices[i]!);
		high = Math.max(high, vertices[i]!);
	}
	return high - low;
}

async function loginHeaders(api: TestApi, { email, password }: TestUser): Promise<TestUser["headers"]> {
	const answer = await api.inject({ method: "POST", url: "/api/v1/auth/login", payload: { email, password } });
	return { authorization: `Bearer ${answer.json().access_token}` };
}

/** A store of its own kind for each environment, and how it goes away. */
async function openBreakableStore(
	name: EnvironmentName,
): Promise<{ readonly objects: ObjectStore; readonly folder: string; breakIt(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), "anny-fitter-store-"));
	if (name === "embedded") {
		const objects = await openObjectStore({ folder: join(folder, "exports") });
		return {
			objects,
			folder,
			breakIt: async () => {
				await rm(folder, { recursive: true });
				await writeFile(folder, "");
			},
		};
	}
	const port = await freePort();
	const server = new S3rver({ port, address: "127.0.0.1", silent: true, directory: folder });
	await server.run();
	const objects = await openObjectStore({
		s3: {
			endpoint: `http://127.0.0.1:${port}`,
			region: "us-east-1",
			bucket: "breakable",
			accessKeyId: "S3RVER",
			secretAccessKey: "S3RVER",
			forcePathStyle: true,
		},
	});
	return { objects, folder, breakIt: () => server.close() };
}
