import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "./server-process.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let folder: string;
let server: ServerProcess;
let blocks: readonly string[];
/** What a reader's shell remembers from one block to the next. */
let shellState = "";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-fitter-examples-"));
	await symlink(join(root, "node_modules"), join(folder, "node_modules"));
	await symlink(join(root, "samples"), join(folder, "samples"));
	const text = await readFile(join(root, "docs/api-examples.md"), "utf8");
	for (const [, name, code] of text.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)) {
		await writeFile(join(folder, name!), code!);
	}
	blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, code]) => code!);
	server = await start();
});
afterAll(async () => {
	await server?.stop();
	if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

// Everything but the place of the data as a stranger has it, the limits of requests included.
function start(): Promise<ServerProcess> {
	return startServerProcess({ env: { DATA_DIR: join(folder, "data") } });
}

/** Runs the block that holds a text, as the reader's next one. */
async function run(mark: string): Promise<string> {
	const found = blocks.filter((block) => block.includes(mark));
	expect(found, `blocks with ${mark}`).toHaveLength(1);
	const script = `${shellState}\nexport API=${server.url}/api/v1\n${found[0]}`;
	const command = `${script}\n{ set +u; declare -p AUTH TOKEN LOGIN MODEL OTHER_MODEL SESSION KEY SUBJECT ADMIN; declare -f; } > state 2>/dev/null || true`;
	const child = spawn("bash", ["-euo", "pipefail", "-c", command], {
		cwd: folder,
		env: { ...process.env, DATA_DIR: join(folder, "data") },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
	const [code] = await once(child, "close");
	expect(code, output).toBe(0);
	shellState = await readFile(join(folder, "state"), "utf8");
	return output;
}

/** Whether each block was run, so that none is forgotten. */
const MARKS = [
	"auth/register\nexport",
	"node fit.mjs",
	"Idempotency-Key",
	'-X DELETE -H "$AUTH" $API/sessions',
	"If-Match",
	"quality.flags",
	"models/compare",
	"stature_m=179.8",
	"me/export",
	"users grant",
	"admin/review",
	"research/measurements",
];

test("the examples of the API run in their order", { timeout: 240_000 }, async () => {
	expect(blocks.map((block) => MARKS.findIndex((mark) => block.includes(mark)))).toEqual([...MARKS.keys()]);
	expect(await run(MARKS[0]!)).toContain('"photo_processing":true');
	const fit = await run(MARKS[1]!);
	expect(fit).toContain("completed done 100 %");
	expect(fit).toMatch(/^0\.[678]\d+$/m);
	expect((await readFile(join(folder, "body.glb"))).toString("latin1", 0, 4)).toBe("glTF");
	expect(await readFile(join(folder, "body.obj"), "utf8")).toMatch(/^f /m);
	await run(MARKS[2]!);
	expect(await run(MARKS[3]!)).toContain('"status":"cancelled"');
	const subject = await run(MARKS[4]!);
	expect(subject).toMatch(/^304$|\}304$/m);
	expect(subject).toContain('"name":"Person 8"');
	expect(subject).toContain('"code":"precondition_failed"');
	expect(await run(MARKS[5]!)).toMatch(/\[\s+'.+\.'/);
	expect(await run(MARKS[6]!)).toContain("difference_m");
	expect(await run(MARKS[7]!)).toContain("Did you mean 179.8 cm (1.80 m)?");
	expect(await run(MARKS[8]!)).toContain('"anonymized":true');
	expect((await readFile(join(folder, "my-data.zip"))).toString("latin1", 0, 2)).toBe("PK");

	expect(await server.stop()).toBe(0);
	const granted = await run(MARKS[9]!);
	expect(granted).toContain("now has the role admin");
	expect(granted).toContain("The audit log is unchanged");
	server = await start();
	const admin = await run(MARKS[10]!);
	expect(admin).toContain('"role":"admin"');
	expect(admin).toContain('"review_state":"accepted"');
	expect(await run(MARKS[11]!)).toContain("research_subject_id");
});
