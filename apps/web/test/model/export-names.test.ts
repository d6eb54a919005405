import { describe, expect, it } from "vitest";
import { exportAddress, exportFileName } from "../../src/features/model/export-names.js";

const on = "2026-11-23T07:27:17.448Z";

describe("names of exported files", () => {
	it("tell whose body it is, from when, and how it stands", () => {
		expect(exportFileName("Ada", on, "glb", "rest", "gltf")).toBe("ada-2026-11-23.glb");
		expect(exportFileName("Ada", on, "csv", "given", "anny")).toBe("ada-2026-11-23.csv");
		expect(exportFileName("Ada", on, "obj", "rest", "anny")).toBe("ada-2026-11-23-rest.obj");
		expect(exportFileName("Ada", on, "stl", "given", "gltf")).toBe("ada-2026-11-23-posed-y-up.stl");
	});

	it.each([
		["Jürgen Groß", "jurgen-gross"],
		["María-José  Ñandú", "maria-jose-nandu"],
		["../../etc/passwd", "etc-passwd"],
		["a/b\\c:d*e?f", "a-b-c-d-e-f"],
		["李雷", "李雷"],
		["  ", "body"],
		["…", "body"],
		[null, "body"],
		["x".repeat(300), "x".repeat(40)],
	])("take %j as every system takes it", (name, slug) => {
		expect(exportFileName(name, on, "json", "rest", "gltf")).toBe(`${slug}-2026-11-23.json`);
	});

	it("ask for pose and frame only where they apply", () => {
		expect(exportAddress("m", "ply", "given", "anny")).toBe("/api/v1/models/m/export?format=ply&pose=given&frame=anny");
		expect(exportAddress("m", "glb", "given", "anny")).toBe("/api/v1/models/m/export?format=glb");
	});
});
