import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addMissingStubs, platformOf, resolveEntry } from "../complete-lockfile.mjs";

describe("platformOf", () => {
	it.each([
		["@biomejs/cli-win32-x64", { cpu: ["x64"], os: ["win32"] }],
		["@biomejs/cli-linux-arm64-musl", { cpu: ["arm64"], os: ["linux"], libc: ["musl"] }],
		["@rolldown/binding-linux-x64-gnu", { cpu: ["x64"], os: ["linux"], libc: ["glibc"] }],
		["@rolldown/binding-linux-arm-gnueabihf", { cpu: ["arm"], os: ["linux"], libc: ["glibc"] }],
		["@img/sharp-wasm32", { cpu: ["wasm32"] }],
		["fsevents", {}],
	])("reads %s", (name, platform) => {
		expect(platformOf(name)).toEqual(platform);
	});
});

describe("resolveEntry", () => {
	const packages = { "": {}, "node_modules/a": {}, "node_modules/a/node_modules/b": {}, "node_modules/c": {} };

	it("looks beside the package first, then above it", () => {
		expect(resolveEntry(packages, "node_modules/a", "b")).toBe("node_modules/a/node_modules/b");
		expect(resolveEntry(packages, "node_modules/a/node_modules/b", "c")).toBe("node_modules/c");
		expect(resolveEntry(packages, "packages/math", "c")).toBe("node_modules/c");
		expect(resolveEntry(packages, "", "b")).toBeNull();
	});
});

describe("addMissingStubs", () => {
	it("adds what is missing, sorted, and changes nothing else", () => {
		const lockfile = {
			packages: {
				"": { name: "root" },
				"node_modules/z": {
					version: "1.0.0",
					dev: true,
					optionalDependencies: { "z-darwin-arm64": "1.0.0", "z-linux-x64": "1.0.0" },
				},
				"node_modules/z-linux-x64": { version: "1.0.0", integrity: "sha512-x" },
			},
		};
		expect(addMissingStubs(lockfile)).toEqual(["z-darwin-arm64@1.0.0"]);
		expect(Object.keys(lockfile.packages)).toEqual([
			"",
			"node_modules/z",
			"node_modules/z-darwin-arm64",
			"node_modules/z-linux-x64",
		]);
		expect(lockfile.packages).toHaveProperty("node_modules/z-darwin-arm64", {
			version: "1.0.0",
			cpu: ["arm64"],
			os: ["darwin"],
			dev: true,
			optional: true,
		});
		expect(addMissingStubs(lockfile)).toEqual([]);
	});

	it("refuses a range, which no stub can stand for", () => {
		const lockfile = { packages: { "node_modules/z": { optionalDependencies: { y: "^1.0.0" } } } };
		expect(() => addMissingStubs(lockfile)).toThrow(/no exact version/);
	});
});

describe("the project's lockfile", () => {
	it("is complete", () => {
		const lockfile = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
		expect(addMissingStubs(lockfile)).toEqual([]);
	});
});
