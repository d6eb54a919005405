import {
	type MeshData,
	readGlb,
	readMesh,
	readObj,
	readPly,
	readStl,
	sniffMeshFormat,
	toAnnyFrame,
	writeGlb,
	writeObj,
	writePly,
	writeStl,
} from "@anny-fitter/mesh-io";
import { Document, WebIO } from "@gltf-transform/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8, formatDecimal } from "../src/text-bytes.js";
import { cube, hasReferenceBodies, referenceBody, riggedCube } from "./sample-meshes.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The triangles as coordinate triples, for comparing meshes whose vertices are numbered differently. */
function triangleSoup(mesh: MeshData): number[] {
	return Array.from(mesh.triangles).flatMap((v) => Array.from(mesh.vertices.subarray(v * 3, v * 3 + 3)));
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
	expect(actual.length).toBe(expected.length);
	let worst = 0;
	for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
	expect(worst).toBeLessThanOrEqual(tolerance);
}

describe("round trips", () => {
	const mesh = cube();
	for (const frame of ["anny", "gltf"] as const) {
		it(`OBJ, PLY and STL in the ${frame} frame`, () => {
			const obj = readMesh(writeObj(mesh, { frame }));
			const ply = readMesh(writePly(mesh, { frame }));
			const stl = readMesh(writeStl(mesh, { frame }));
			for (const file of [obj, ply, stl]) expect(file.frame).toBe(frame);
			expect(toAnnyFrame(obj).vertices).toEqual(mesh.vertices);
			expect(toAnnyFrame(ply).vertices).toEqual(mesh.vertices);
			expect(ply.triangles).toEqual(mesh.triangles);
			expect(stl.vertices.length).toBe(24);
			expect(triangleSoup(toAnnyFrame(stl))).toEqual(
				triangleSoup({ vertices: mesh.vertices, triangles: mesh.triangles, frame: "anny" }),
			);
			expect(obj.triangleUvs!.length).toBe(36);
			expectClose(obj.uvs!, mesh.uvs, 1e-9);
		});
	}

	it("GLB restores the vertices of a posed, seam-split file", () => {
		const file = toAnnyFrame(readMesh(writeGlb(riggedCube(1)).bytes));
		expect(file.vertices).toEqual(mesh.vertices);
		expect(file.triangles).toEqual(mesh.triangles);
		for (let c = 0; c < 36; c++) {
			const uv = file.triangleUvs![c]! * 2;
			const corner = Array.from(mesh.quads).indexOf(mesh.triangles[c]!, Math.floor(c / 6) * 4);
			const expected = mesh.quadUvs[corner]! * 2;
			expectClose(file.uvs!.subarray(uv, uv + 2), mesh.uvs.subarray(expected, expected + 2), 1e-7);
		}
	});

	it("OBJ holds quads, units and at least seven significant digits", () => {
		const third = { ...mesh, vertices: Float64Array.from(mesh.vertices, (v, i) => v / 3 + i * 1e-9) };
		const obj = new TextDecoder().decode(writeObj(third));
		expect(obj).toContain("# units: metres");
		expect(obj.match(/^f \d+\/\d+ \d+\/\d+ \d+\/\d+ \d+\/\d+$/gm)).toHaveLength(6);
		expect(obj).not.toMatch(/e[-+]\d/);
		const values = readObj(text(obj)).vertices;
		for (let i = 0; i < values.length; i++)
			expect(Math.abs(values[i]! - third.vertices[i]!)).toBeLessThanOrEqual(5e-10);
	});

	it("writers refuse bad input", () => {
		expect(() => writeObj(mesh, { frame: "maya" as "anny" })).toThrow(/Unknown frame/);
		expect(() => writeObj(mesh, { name: "a\nf 1 2 3" })).toThrow(/line break/);
		expect(() => writePly({ vertices: [], triangles: [] })).toThrow(/no vertices/);
		expect(() => writeStl({ vertices: [0, 0, 0], triangles: [0, 0, 1] })).toThrow(/outside 0\.\.0/);
	});
});

describe("readObj", () => {
	it("understands every index form, polygons, relative indices and continued lines", () => {
		const file = readObj(
			text(
				"mtllib a.mtl\r\ng x\r\nv 0 0 0\r\nv 1 0 0 1.0\r\nv 1 1 0\nv 0 1 0\nv 0.5 2 0\nvn 0 0 1\nvt 0 0\n" +
					"f 1//1 2//1 3//1\nf -5/1/1 -4/1/1 -3/1/1 -2/-1/-1\nf 1 2 \\\n3 4 5\nl 1 2\nusemtl b",
			),
		);
		expect(Array.from(file.triangles)).toEqual([0, 1, 2, 0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 2, 3, 0, 3, 4]);
		expect(file.uvs).toBeUndefined();
	});

	it.each([
		["v 0 0\nf 1 1 1", /missing \(OBJ line 1\)/],
		["v 0 zero 0", /"zero" is not a finite number \(OBJ line 1\)/],
		["v 0 nan 0", /"nan" is not a finite number/],
		["v 0 1e999 0", /not a finite number/],
		["v 0 0 0\nf 1 2 3", /refers to vertex 2, but the file has 1 \(OBJ line 2\)/],
		["v 0 0 0\nf 0 1 1", /"0" is not an OBJ index \(OBJ line 2\)/],
		["v 0 0 0\nf -2 1 1", /points before the first of 1/],
		["v 0 0 0\nf 1 1", /fewer than three corners \(OBJ line 2\)/],
		["v 0 0 0\nvt 0 0\nf 1/1 1/2 1/1", /texture coordinate 2, but the file has 1 \(OBJ line 3\)/],
		["v 0 0 0", /no faces/],
		["# nothing", /no vertices/],
		["", /no vertices/],
	])("refuses %j", (file, message) => {
		expect(() => readObj(text(file))).toThrow(RangeError);
		expect(() => readObj(text(file))).toThrow(message);
	});
});

describe("readPly", () => {
	const ascii =
		"ply\nformat ascii 1.0\ncomment hi\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n" +
		"property uchar red\nelement face 2\nproperty list uchar int vertex_index\nelement edge 1\nproperty int a\nend_header\n" +
		"0 0 0 255\n1 0 0 255\n1 1 0 255\n0 1 0 255\n4 0 1 2 3\n3 0 1 2\n7\n";

	it("reads ASCII with other elements and properties around", () => {
		const file = readPly(text(ascii));
		expect(Array.from(file.vertices)).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
		expect(Array.from(file.triangles)).toEqual([0, 1, 2, 0, 2, 3, 0, 1, 2]);
		expect(readPly(text(ascii.replaceAll("\n", "\r\n")))).toEqual(file);
	});

	it("reads both byte orders and all scalar types", () => {
		for (const littleEndian of [true, false]) {
			const header = text(
				`ply\nformat binary_${littleEndian ? "little" : "big"}_endian 1.0\nelement vertex 3\nproperty int16 flags\n` +
					"property double x\nproperty float32 z\nproperty float y\nelement face 1\n" +
					"property list uint8 uint16 vertex_indices\nproperty list int float extra\nend_header\n",
			);
			const body = new DataView(new ArrayBuffer(3 * 18 + 1 + 6 + 4 + 4));
			for (let v = 0; v < 3; v++) {
				body.setInt16(v * 18, -1, littleEndian);
				body.setFloat64(v * 18 + 2, v + 0.1, littleEndian);
				body.setFloat32(v * 18 + 10, 3, littleEndian);
				body.setFloat32(v * 18 + 14, v * v, littleEndian);
			}
			body.setUint8(54, 3);
			for (let k = 0; k < 3; k++) body.setUint16(55 + k * 2, k, littleEndian);
			body.setInt32(61, 1, littleEndian);
			const file = readPly(Uint8Array.of(...header, ...new Uint8Array(body.buffer)));
			expect(Array.from(file.vertices)).toEqual([0.1, 0, 3, 1.1, 1, 3, 2.1, 4, 3]);
			expect(Array.from(file.triangles)).toEqual([0, 1, 2]);
		}
	});

	it.each([
		["plx", /does not start with "ply"/],
		["ply\nformat ascii 1.0\n", /"end_header" is missing/],
		[ascii.replace("ascii 1.0", "utf9 1.0"), /unknown format "utf9"/],
		[ascii.replace("vertex 4", "vertex -4"), /-4 is not a count \(PLY line 4\)/],
		[ascii.replace("vertex 4", "vertex 4000000000"), /announces more/],
		[ascii.replace("vertex 4", "vertex 0"), /no vertices/],
		[ascii.replace("float x", "real x"), /"real" is not a PLY type \(PLY line 5\)/],
		[ascii.replace("float x", "float u"), /lack x, y or z/],
		[ascii.replace("1 1 0 255", "1 nan 0 255"), /"nan" is not a finite number \(PLY line 16\)/],
		[ascii.replace("4 0 1 2 3", "4 0 1 2 9"), /refers to vertex 9; there are 4/],
		[ascii.replace("4 0 1 2 3", "4 0 1 2 -1"), /refers to vertex -1 \(PLY line 18\)/],
		[ascii.replace("3 0 1 2\n7", "3 0 1"), /truncated/],
		[ascii.replace("4 0 1 2 3", "2 0 1"), /fewer than three corners/],
	])("refuses %#", (file, message) => {
		expect(() => readPly(text(file))).toThrow(RangeError);
		expect(() => readPly(text(file))).toThrow(message);
	});

	it("refuses NaN and truncation in binary files, with the byte", () => {
		const bytes = writePly(cube());
		const start = new TextDecoder("latin1").decode(bytes).indexOf("end_header\n") + 11;
		const damaged = bytes.slice();
		new DataView(damaged.buffer).setFloat32(start + 24 + 4, Number.NaN, true);
		expect(() => readPly(damaged)).toThrow(`Vertex 1 is not finite (PLY byte ${start + 28}).`);
		expect(() => readPly(bytes.subarray(0, bytes.length - 1))).toThrow(/truncated/);
	});
});

describe("readStl", () => {
	const facet =
		"facet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  vertex 1 0 0\n  vertex 1e0 1 -0\n endloop\nendfacet\n";

	it("reads ASCII and merges equal corners", () => {
		const other = facet.replace("vertex 1 0 0", "vertex 2.5 0 0");
		const file = readStl(text(`solid a\n${facet}${other}endsolid a\n`));
		expect(Array.from(file.triangles)).toEqual([0, 1, 2, 0, 3, 2]);
		expect(file.vertices.length).toBe(12);
	});

	it("reads binary files whose header says solid", () => {
		const bytes = writeStl(cube());
		bytes.set(text("solid"));
		expect(readStl(bytes).triangles.length).toBe(36);
		expect(sniffMeshFormat(bytes)).toBe("stl");
	});

	it.each([
		[`solid\n${facet}`, /"endsolid" is missing/],
		[`solid\n${facet.replace("  vertex 1 0 0\n", "")}endsolid`, /three corners \(STL line 6\)/],
		[
			`solid\n${facet.replace("vertex 1 0 0", "vertex 1 inf 0")}endsolid`,
			/"inf" is not a finite number \(STL line 5\)/,
		],
		[`solid\nfecet\nendsolid`, /"fecet" is not an STL keyword \(STL line 2\)/],
		["solid\nvertex 0 0 0\nendsolid", /outside of a loop \(STL line 2\)/],
		["solid\nendsolid", /no vertices/],
		["", /truncated: 0 bytes/],
	])("refuses %#", (file, message) => {
		expect(() => readStl(text(file))).toThrow(RangeError);
		expect(() => readStl(text(file))).toThrow(message);
	});

	it("refuses wrong counts and NaN in binary files", () => {
		const bytes = writeStl(cube());
		expect(() => readStl(bytes.subarray(0, 300))).toThrow(/12 triangles need 684 bytes, 300 are there/);
		new DataView(bytes.buffer).setFloat32(84 + 50 + 16, Number.NaN, true);
		expect(() => readStl(bytes)).toThrow("Triangle 1 is not finite (STL byte 150).");
	});
});

describe("readGlb", () => {
	async function foreignFile(build: (document: Document) => void): Promise<Uint8Array> {
		const document = new Document();
		document.createBuffer();
		build(document);
		return new WebIO().writeBinary(document);
	}

	function addTriangle(document: Document, corners: number[], mode: 4 | 5 | 6 = 4) {
		const position = document
			.createAccessor()
			.setType("VEC3")
			.setArray(Float32Array.from(corners))
			.setBuffer(document.getRoot().listBuffers()[0]!);
		const primitive = document.createPrimitive().setAttribute("POSITION", position).setMode(mode);
		return document.createMesh().addPrimitive(primitive);
	}

	it("applies node transforms, strips, fans and mirrored nodes", async () => {
		const square = [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0];
		const bytes = await foreignFile((document) => {
			const turned = document.createNode().setMesh(addTriangle(document, square, 5));
			turned.setTranslation([0, 0, 5]).setRotation([0, 0, Math.SQRT1_2, Math.SQRT1_2]);
			const parent = document.createNode().setScale([-2, 1, 1]).addChild(turned);
			const plain = document.createNode().setMesh(addTriangle(document, square.slice(0, 9)));
			document.createScene().addChild(plain).addChild(parent);
		});
		const file = readGlb(bytes);
		const soup = triangleSoup(file);
		const areaZ = (t: number): number => {
			const p = soup.slice(t * 9, t * 9 + 9) as [
				number,
				number,
				number,
				number,
				number,
				number,
				number,
				number,
				number,
			];
			return ((p[3] - p[0]) * (p[7] - p[1]) - (p[4] - p[1]) * (p[6] - p[0])) / 2;
		};
		expect(file.triangles.length).toBe(9);
		const areas = [0, 1, 2].map(areaZ).sort();
		expectClose(areas, [0.5, 1, 1], 1e-6);
		expect(Math.max(...file.vertices.filter((_, i) => i % 3 === 2))).toBe(5);
		// (x, y) → rotated (−y, x) → mirrored and stretched (2y, x).
		expect(Math.max(...file.vertices.filter((_, i) => i % 3 === 0))).toBeCloseTo(2, 6);
		expect(file.frame).toBe("gltf");
	});

	const valid = writeGlb(riggedCube()).bytes;
	/** The file with its JSON rewritten. */
	function edited(change: (json: Record<string, never>) => void): Uint8Array {
		const length = new DataView(valid.buffer).getUint32(12, true);
		const json = JSON.parse(new TextDecoder().decode(valid.subarray(20, 20 + length)));
		change(json);
		let body = JSON.stringify(json);
		while (body.length % 4 !== 0) body += " ";
		const bytes = Uint8Array.of(...valid.subarray(0, 20), ...text(body), ...valid.subarray(20 + length));
		new DataView(bytes.buffer).setUint32(8, bytes.length, true);
		new DataView(bytes.buffer).setUint32(12, body.length, true);
		return bytes;
	}

	// biome-ignore lint/suspicious/noExplicitAny: the edits go deep into untyped JSON
	const edits: [string, (json: any) => void, RegExp][] = [
		["positions that reach too far", (json) => (json.accessors[0].count = 1e6), /accessor 0 reaches to byte/],
		["a missing accessor", (json) => (json.meshes[0].primitives[0].indices = 99), /accessor 99 does not exist/],
		["a wrong type", (json) => (json.accessors[0].type = "VEC2"), /type VEC2, not VEC3/],
		["a sparse accessor", (json) => (json.accessors[0].sparse = {}), /sparse/],
		["an external buffer", (json) => (json.buffers[0].uri = "a.bin"), /external buffer/],
		["compression", (json) => (json.extensionsRequired = ["KHR_draco_mesh_compression"]), /KHR_draco_mesh_compression/],
		["no meshes", (json) => (json.meshes = []), /no triangles/],
		["a missing node", (json) => (json.scenes[0].nodes = [77]), /refers to node 77/],
		["a cycle", (json) => (json.nodes[3].children = [2]), /two parents/],
		["a broken transform", (json) => (json.nodes[0].rotation = [0, 0, 1]), /rotation of node 0/],
		["fewer positions", (json) => (json.accessors[0].count = 5), /not have one entry per vertex|there are 5 vertices/],
	];
	it.each(edits)("refuses %s", (_, change, message) => {
		expect(() => readGlb(edited(change))).toThrow(RangeError);
		expect(() => readGlb(edited(change))).toThrow(message);
	});

	it("ignores a missing scene", () => {
		const bytes = edited((json) => {
			delete json.scene;
			delete json.scenes;
		});
		expect(readGlb(bytes)).toEqual(readGlb(valid));
	});

	it("refuses damaged containers and lost vertices", () => {
		expect(() => readGlb(valid.subarray(0, valid.length - 4))).toThrow(/truncated: its header states/);
		expect(() => readGlb(text("glTF"))).toThrow(/truncated/);
		expect(() => readGlb(text("PK"))).toThrow(/does not start with "glTF"/);
		const nan = valid.slice();
		const binary = 28 + new DataView(valid.buffer).getUint32(12, true);
		new DataView(nan.buffer).setFloat32(binary, Number.NaN, true);
		expect(() => readGlb(nan)).toThrow(/Vertex 0 of GLB accessor 0 is not finite \(NaN\)/);
	});
});

describe("any damage", () => {
	const files = [
		writeGlb(riggedCube()).bytes,
		writeObj(cube()),
		writePly(cube()),
		writeStl(cube()),
		text(
			"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nendloop\nendfacet\nendsolid",
		),
	];

	it("gives a mesh or a RangeError, never anything else (seed 9)", () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...files),
				fc.double({ min: 0, max: 1, noNaN: true }),
				fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
				(file, keep, flips) => {
					const format = sniffMeshFormat(file);
					const bytes = file.slice(0, keep < 0.5 ? file.length : Math.floor(file.length * keep));
					for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
					try {
						const mesh = readMesh(bytes, format);
						const count = mesh.vertices.length / 3;
						expect(count).toBeGreaterThan(0);
						expect(mesh.vertices.every(Number.isFinite)).toBe(true);
						expect(mesh.triangles.every((v) => v < count)).toBe(true);
					} catch (error) {
						if (!(error instanceof RangeError)) throw error;
						expect(error.message).toMatch(/^[^\n]+\.$/);
					}
				},
			),
			{ numRuns: 3000, seed: 9 },
		);
	});

	it("recognises formats by content", () => {
		expect(files.map(sniffMeshFormat)).toEqual(["glb", "obj", "ply", "stl", "stl"]);
		expect(sniffMeshFormat(text("hello"))).toBeNull();
		expect(sniffMeshFormat(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0))).toBeNull();
		expect(() => readMesh(new Uint8Array(0))).toThrow("The mesh file is empty.");
		expect(() => readMesh(text("hello"))).toThrow("not a GLB, OBJ, PLY or STL mesh");
	});
});

describe("text", () => {
	it("UTF-8 agrees with the platform", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary", maxLength: 50 }), (value) => {
				expect(encodeUtf8(value)).toEqual(new TextEncoder().encode(value));
				expect(decodeUtf8(encodeUtf8(value))).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text(value)));
			}),
			{ seed: 2 },
		);
	});

	it("numbers keep at least seven digits and have no exponent", () => {
		fc.assert(
			fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), (value) => {
				const written = formatDecimal(value);
				expect(written).toMatch(/^-?\d+(\.\d+)?$/);
				expect(Math.abs(Number(written) - value)).toBeLessThanOrEqual(Math.max(1e-15, Math.abs(value) * 1e-8));
			}),
			{ seed: 3 },
		);
	});
});

describe.skipIf(!hasReferenceBodies)("a whole body", () => {
	it("survives every format within float precision", () => {
		const { mesh } = referenceBody(0);
		const obj = readMesh(writeObj(mesh));
		expectClose(obj.vertices, mesh.vertices, 5e-9);
		const ply = readMesh(writePly(mesh));
		expectClose(ply.vertices, mesh.vertices, 1.2e-7);
		expect(ply.triangles).toEqual(Uint32Array.from(mesh.triangles));
		const stl = readMesh(writeStl(mesh));
		expect(stl.triangles.length).toBe(mesh.triangles.length);
		expect(stl.vertices.length).toBeLessThanOrEqual(mesh.vertices.length);
	});
});
