import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { modelsDocumentSchema, resultDocumentSchema, verifiedModelsDocumentSchema } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyDepth, tinyEfficientSam } from "../../../packages/perception/test/tiny-models.js";
import { runCli, samplePath, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const models = join(folder, "models");
const env = { ANNY_FITTER_VISION_MODELS: models };
const DEPTH = tinyDepth("depth_anything");
const HASH = createHash("sha256").update(DEPTH).digest("hex");

let server: Server;
let mirror: string;
beforeAll(async () => {
	server = createServer((_, response) => {
		response.writeHead(200, { "content-length": `${DEPTH.length}` }).end(DEPTH);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

describe("anny-fitter models", () => {
	it("lists networks to pull with address, licence, size and hash", async () => {
		const run = await runCli(["models", "list", "--json"], { env });
		expect(run.exitCode).toBe(0);
		const document = modelsDocumentSchema.parse(JSON.parse(run.stdout));
		const row = document.models.find(({ id }) => id === "mobile_sam");
		expect(row).toMatchObject({ status: "missing", kind: "segmentation", licence: "Apache-2.0", size_bytes: 44653652 });
		expect(row?.sha256).toHaveLength(2);
	});

	it.each([
		["an unknown name", ["depth_anything_v2_smal"], 2, /no network depth_anything_v2_smal/, /depth_anything_v2_small/],
		["no consent", ["depth_anything_v2_base"], 2, /no commercial use/, /--accept-licence/],
		["no hash", ["depth_anything_v2_base", "--accept-licence"], 2, /hash of .* is not known/, /--sha256/],
	])("does not pull with %s", async (_, words, exitCode, message, remedy) => {
		const run = await runCli(["models", "pull", ...words], { env });
		expect(run).toMatchObject({ exitCode, stdout: "" });
		expect(run.stderr).toMatch(message);
		expect(run.stderr).toMatch(remedy);
	});

	it("does not keep a file that is not the published one", async () => {
		const run = await runCli(["models", "pull", "efficient_sam_s", "--mirror", mirror, "--json"], { env });
		expect(run.exitCode).toBe(2);
		expect(run.stdout + run.stderr).toContain("model_hash_mismatch");
		const list = await runCli(["models", "verify", "--json"], { env });
		expect(verifiedModelsDocumentSchema.parse(JSON.parse(list.stdout)).files).toEqual([]);
	});

	it("pulls from a mirror by a stated hash, and knows the file again", async () => {
		const parameters = ["models", "pull", "depth_anything_v2_base", "--accept-licence", "--sha256", HASH];
		const run = await runCli([...parameters, "--mirror", mirror], { env });
		expect(run.stderr).toContain("depth_anything_v2_base.onnx");
		expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("downloaded") });
		const again = await runCli(parameters, { env });
		expect(again.stdout).toContain("already there");
		const verify = await runCli(["models", "verify"], { env });
		expect(verify.exitCode).toBe(0);
		expect(verify.stdout).toContain("Depth Anything, relative inverse depth");
		expect(verify.stdout).toContain("(in use)");
	});

	it("tells of one file what it is", async () => {
		const path = join(folder, "page.onnx");
		writeFileSync(path, "<html>");
		const run = await runCli(["models", "verify", path], { env });
		expect(run).toMatchObject({ exitCode: 70, stdout: expect.stringContaining("not an ONNX file") });
		expect((await runCli(["models", "verify", join(folder, "none.onnx")], { env })).exitCode).toBe(2);
		expect((await runCli(["models", "verify", "--sha256", HASH], { env })).exitCode).toBe(2);
	});
});

describe("a fit with segmentation and depth networks", () => {
	async function fit(name: string, modelDir: string) {
		const out = join(folder, name);
		const run = await runCli(["fit", samplePath("woman-front.jpg"), "--height-cm", "168", "--out", out], {
			env: { ANNY_FITTER_VISION_MODELS: modelDir },
		});
		expect([0, 4], run.stderr).toContain(run.exitCode);
		const document = resultDocumentSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
		return { run, document };
	}

	it("names them in the result, and says when there are none", async () => {
		const own = join(folder, "own");
		mkdirSync(own);
		writeFileSync(join(own, "depth.onnx"), DEPTH);
		writeFileSync(join(own, "outline.onnx"), tinyEfficientSam({ isFixed: true }));
		const { document } = await fit("with", own);
		expect(document.perception?.depth).toBe("Depth Anything (depth.onnx)");
		// The tiny network only tells bright from dark; whether that is the person is up to the photo.
		const isUsed = document.perception?.segmentation === "EfficientSAM (outline.onnx)";
		const refusals = document.warnings.filter(({ code }) => code === "networks");
		expect(refusals).toHaveLength(isUsed ? 0 : 1);
		if (!isUsed)
			expect(refusals[0]?.message).toMatch(/^woman-front\.jpg: The outline of EfficientSAM .* MediaPipe's is used\.$/);

		const without = await fit("without", join(folder, "nowhere"));
		expect(without.document.perception).toEqual({ segmentation: "MediaPipe Holistic", depth: "unavailable" });
		expect(without.run.stdout).toContain("outline by MediaPipe Holistic, no depth network");
	});

	it("is refused with a remedy when a network cannot be loaded", async () => {
		const broken = join(folder, "broken", "midas_v21_small");
		mkdirSync(broken, { recursive: true });
		writeFileSync(join(broken, "model-small.onnx"), tinyDepth("midas"));
		const run = await runCli(
			["fit", samplePath("woman-front.jpg"), "--height-cm", "168", "--out", join(folder, "no")],
			{
				env: { ANNY_FITTER_VISION_MODELS: join(folder, "broken") },
			},
		);
		expect(run.exitCode).toBe(2);
		expect(run.stderr).toContain("The file of MiDaS v2.1 small is damaged or was changed.");
		expect(run.stderr).toContain("models verify");
	});
});
