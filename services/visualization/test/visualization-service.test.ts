import { readFileSync } from "node:fs";
import { type AppError, measurementDocumentSchema, parseParamsText } from "@anny-fitter/contracts";
import { RpcMeshFormat, VisualizationService } from "@anny-fitter/contracts/rpc";
import { readMesh } from "@anny-fitter/mesh-io";
import { buildBodyFromParams } from "@anny-fitter/pipeline";
import { fromConnectError, openGrpcTransport, startRpcServer } from "@anny-fitter/platform/rpc";
import { type OpenedVisualizationService, openVisualizationService } from "@anny-fitter/visualization-service";
import { type CallOptions, type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import validator from "gltf-validator";
import { BufferAttribute, BufferGeometry } from "three";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface ReadMesh {
	frame: "anny" | "gltf";
	min: Float32Array;
	max: Float32Array;
	positions: Float32Array;
	normals: Float32Array | null;
	triangles: Uint32Array;
}

type BuildInit = Parameters<Client<typeof VisualizationService>["buildMesh"]>[0];

/** A bent elbow, so that the pose matters. */
const PARAMS = {
	phenotypes: { height: 0.6, muscle: 0.4, african: 0.2 },
	local_changes: {},
	all_phenotypes: true,
	pose: { "lowerarm01.L": [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0] },
};
const paramsJson = JSON.stringify(PARAMS);

let service: OpenedVisualizationService;
let readBinaryMesh: (buffer: ArrayBufferLike) => ReadMesh;
const closers: (() => Promise<void>)[] = [];
const clients: Record<string, Client<typeof VisualizationService>> = {};

beforeAll(async () => {
	const page = readFileSync(new URL("../../../docs/mesh-format.md", import.meta.url), "utf8");
	const source = /```js\n(export function readBinaryMesh[\s\S]*?)```/.exec(page)?.[1] ?? "";
	expect(source.split("\n").length).toBeLessThan(30);
	({ readBinaryMesh } = await import(`data:text/javascript,${encodeURIComponent(source)}`));

	service = await openVisualizationService();
	const server = await startRpcServer({ routes: (router) => service.routes(router), port: 0 });
	const grpc = openGrpcTransport(server.url);
	closers.push(
		() => grpc.close(),
		() => server.stop({ grace_ms: 1000 }),
		() => service.close(),
	);
	clients["in process"] = createClient(
		VisualizationService,
		createRouterTransport((router) => service.routes(router)),
	);
	clients.gRPC = createClient(VisualizationService, grpc.transport);
});
afterAll(async () => {
	for (const close of closers) await close();
});

async function build(name: string, init: BuildInit, options?: CallOptions): Promise<Uint8Array> {
	const pieces: Uint8Array[] = [];
	let size = 0;
	for await (const { piece, totalSizeBytes } of clients[name]?.buildMesh({ paramsJson, ...init }, options) ?? []) {
		expect(piece.length).toBeLessThanOrEqual(1024 * 1024);
		expect(piece.length).toBeGreaterThan(0);
		if (pieces.length === 0) size = Number(totalSizeBytes);
		pieces.push(piece);
	}
	const file = Buffer.concat(pieces);
	expect(file.length).toBe(size);
	return new Uint8Array(file);
}

const failure = (work: Promise<unknown>): Promise<AppError> =>
	work.then(
		() => {
			throw new Error("expected a failure");
		},
		(error: unknown) => fromConnectError(error),
	);

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
	a.length === b.length
		? Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] as number))), 0)
		: Infinity;

describe.each(["in process", "gRPC"])("%s", (name) => {
	test("every format is the file that the command line writes", async () => {
		const body = await buildBodyFromParams(parseParamsText(paramsJson, "params"));
		for (const [format, file] of [
			[RpcMeshFormat.GLB, "glb"],
			[RpcMeshFormat.OBJ, "obj"],
			[RpcMeshFormat.PLY, "ply"],
			[RpcMeshFormat.STL, "stl"],
		] as const) {
			expect(Buffer.compare(await build(name, { format }), body.exportMesh(file))).toBe(0);
		}
		const gltfAtRest = { frame: "gltf", pose: "rest" } as const;
		const rest = await build(name, { format: RpcMeshFormat.OBJ, ...gltfAtRest });
		expect(Buffer.compare(rest, body.exportMesh("obj", gltfAtRest))).toBe(0);
		expect(Buffer.compare(rest, body.exportMesh("obj"))).not.toBe(0);
	});

	test("measures as the command line does", async () => {
		const { documentJson } = (await clients[name]?.measure({ paramsJson })) ?? { documentJson: "" };
		const document = measurementDocumentSchema.parse(JSON.parse(documentJson));
		expect(document).toEqual((await buildBodyFromParams(parseParamsText(paramsJson, "params"))).measure());
	});

	test("refuses what it cannot build, and lives on", async () => {
		const cases: [string, BuildInit][] = [
			["no format", {}],
			["an unknown frame", { format: RpcMeshFormat.OBJ, frame: "blender" }],
			["an unknown pose", { format: RpcMeshFormat.OBJ, pose: "sitting" }],
			["no JSON", { format: RpcMeshFormat.OBJ, paramsJson: "{" }],
			["an unknown label", { format: RpcMeshFormat.OBJ, paramsJson: '{"phenotypes": {"heigth": 1}}' }],
			["a sheared bone", { format: RpcMeshFormat.OBJ, paramsJson: '{"pose": {"root": [1,1,0,0,0,1,0,0,0,0,1,0]}}' }],
		];
		for (const [what, init] of cases) {
			expect(await failure(build(name, init)), what).toMatchObject({ code: "invalid_argument" });
		}
		expect(await failure(clients[name]?.measure({ paramsJson: "7" }) ?? Promise.resolve())).toMatchObject({
			code: "invalid_argument",
		});
		expect((await build(name, { format: RpcMeshFormat.BINARY })).length).toBeGreaterThan(0);
	});

	test("a deadline and a cancellation end the call", async () => {
		const init = { format: RpcMeshFormat.OBJ };
		expect(await failure(build(name, init, { timeoutMs: 1 }))).toMatchObject({ code: "timeout" });
		const controller = new AbortController();
		controller.abort();
		expect(await failure(build(name, init, { signal: controller.signal }))).toMatchObject({ code: "cancelled" });
	});
});

test("the GLB passes the Khronos validator", async () => {
	const report = await validator.validateBytes(await build("gRPC", { format: RpcMeshFormat.GLB }));
	expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
});

describe("the binary mesh, read as its page says,", () => {
	for (const frame of ["anny", "gltf"] as const) {
		for (const pose of ["given", "rest"] as const) {
			test(`is the OBJ of the same body (${frame}, ${pose})`, async () => {
				const mesh = readBinaryMesh((await build("gRPC", { format: RpcMeshFormat.BINARY, frame, pose })).buffer);
				const obj = readMesh(await build("gRPC", { format: RpcMeshFormat.OBJ, frame, pose }));
				expect(mesh.frame).toBe(frame);
				expect(mesh.positions).toHaveLength(3 * 13348);
				expect(largestDifference(mesh.positions, obj.vertices)).toBeLessThan(1e-6);
				expect(mesh.triangles).toHaveLength(obj.triangles.length);
				for (let axis = 0; axis < 3; axis++) {
					const along = mesh.positions.filter((_, i) => i % 3 === axis);
					expect(mesh.min[axis]).toBe(along.reduce((a, b) => Math.min(a, b)));
					expect(mesh.max[axis]).toBe(along.reduce((a, b) => Math.max(a, b)));
				}
			});
		}
	}

	test("has unit normals that point outwards and indices in range", async () => {
		const mesh = readBinaryMesh((await build("gRPC", { format: RpcMeshFormat.BINARY })).buffer);
		const normals = mesh.normals ?? new Float32Array();
		const at = (values: Float32Array, v: number) => values.subarray(3 * v, 3 * v + 3) as unknown as Vector;
		let agreeing = 0;
		for (let t = 0; t < mesh.triangles.length; t += 3) {
			const [a, b, c] = Array.from(mesh.triangles.subarray(t, t + 3)) as Vector;
			expect(Math.max(a, b, c)).toBeLessThan(13348);
			const face = cross(
				minus(at(mesh.positions, b), at(mesh.positions, a)),
				minus(at(mesh.positions, c), at(mesh.positions, a)),
			);
			if (dot(face, at(normals, a)) >= 0) agreeing++;
		}
		expect(agreeing / (mesh.triangles.length / 3)).toBeGreaterThan(0.98);
		for (let v = 0; v < 13348; v++) expect(Math.abs(dot(at(normals, v), at(normals, v)) - 1)).toBeLessThan(1e-5);
	});

	test("is what three.js takes as it is", async () => {
		const mesh = readBinaryMesh((await build("gRPC", { format: RpcMeshFormat.BINARY, frame: "gltf" })).buffer);
		const geometry = new BufferGeometry();
		geometry.setAttribute("position", new BufferAttribute(mesh.positions, 3));
		geometry.setAttribute("normal", new BufferAttribute(mesh.normals ?? new Float32Array(), 3));
		geometry.setIndex(new BufferAttribute(mesh.triangles, 1));
		geometry.computeBoundingBox();
		const box = geometry.boundingBox;
		expect(box?.min.toArray()).toEqual([...mesh.min]);
		expect(box?.max.toArray()).toEqual([...mesh.max]);
		// Y is up: a standing body is taller than it is deep.
		expect(box && box.max.y - box.min.y).toBeGreaterThan(1.4);
		const own = geometry.getAttribute("normal").array;
		geometry.computeVertexNormals();
		let agreeing = 0;
		const theirs = geometry.getAttribute("normal").array;
		for (let i = 0; i < own.length; i += 3) {
			const [a, b] = [own, theirs].map((n) => [n[i], n[i + 1], n[i + 2]] as Vector) as [Vector, Vector];
			if (dot(a, b) > 0.99) agreeing++;
		}
		expect(agreeing / 13348).toBeGreaterThan(0.98);
	});

	test("refuses other files", async () => {
		const obj = await build("gRPC", { format: RpcMeshFormat.OBJ });
		expect(() => readBinaryMesh(obj.buffer)).toThrow(/not a binary mesh/);
	});
});

type Vector = [number, number, number];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
	a[1] * b[2] - a[2] * b[1],
	a[2] * b[0] - a[0] * b[2],
	a[0] * b[1] - a[1] * b[0],
];

test("lack of memory in the thread fails that call, and the next one works; closing makes it unhealthy", async () => {
	const other = await openVisualizationService({ memoryLimit_mb: 32 });
	const client = createClient(
		VisualizationService,
		createRouterTransport((router) => other.routes(router)),
	);
	const pose = Object.fromEntries(
		Array.from({ length: 300_000 }, (_, i) => [`bone${i}`, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.5]]),
	);
	expect(await failure(client.measure({ paramsJson: JSON.stringify({ pose }) }))).toMatchObject({
		code: "inference_out_of_memory",
		retryable: true,
	});
	expect((await client.measure({ paramsJson })).documentJson).toContain("stature");
	expect(other.isHealthy()).toBe(true);
	await other.close();
	expect(other.isHealthy()).toBe(false);
});
