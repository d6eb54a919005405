import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "./server-process.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-fitter-readme-"));
	// Everything else as a stranger has it, the limit of 100 requests per hour included.
	server = await startServerProcess({ env: { DATA_DIR: join(folder, "data") } });
});
afterAll(async () => {
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

test("the README's example runs from register to GLB", { timeout: 180_000 }, async () => {
	const readme = await readFile(join(root, "README.md"), "utf8");
	const script = /```bash\n(API=[\s\S]*?)```/.exec(readme)?.[1];
	expect(script).toBeDefined();
	// The samples are found, and body.glb is written, in the folder where the script runs.
	const inFolder = script!.replaceAll("@samples/", `@${root}samples/`);
	const child = spawn("bash", ["-euo", "pipefail", "-c", inFolder], {
		cwd: folder,
		env: { ...process.env, API: `${server.url}/api/v1` },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
	const [code] = await once(child, "close");
	expect(code, output).toBe(0);
	expect(output).toContain("completed");
	expect(output).toContain("waist_girth");
	const glb = await readFile(join(folder, "body.glb"));
	expect(glb.toString("latin1", 0, 4)).toBe("glTF");
	expect(glb.readUInt32LE(8)).toBe(glb.length);
});
