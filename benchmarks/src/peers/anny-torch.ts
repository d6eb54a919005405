/** Runs Anny's forward pass in PyTorch (peers/anny_torch.py) on bodies of ours, beside our own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	getShape,
	MACRO_SHAPES,
	type ShapeParameters,
} from "@anny-fitter/body-model";

/** One line of the Python program. */
export interface TorchTiming {
	/** Of PyTorch. */
	readonly version: string;
	readonly threads: number;
	/** Bodies per call. */
	readonly batch: number;
	/** Of one call. */
	readonly median_ms: number;
	readonly min_ms: number;
	/** Largest distance of its vertices to ours. */
	readonly error_m: number;
}

const SCRIPT = fileURLToPath(new URL("../../peers/anny_torch.py", import.meta.url));
/** As upstream's skin: eight bones per vertex, filled up with weight 0. */
const SKIN_WIDTH = 8;
/** Shrinks a baby to a newborn along X, Y, Z; three groups of shapes share the template's part. */
const NEWBORN_SCALE = [0.922, 0.922, 0.75] as const;

type Arrays = Record<string, { readonly data: Float32Array | BigInt64Array; readonly shape: readonly number[] }>;

/** The Python that has PyTorch, or null. */
export function findTorch(): string | null {
	const found = ["python3", "/usr/bin/python3"].find(
		(python) => spawnSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" }).status === 0,
	);
	return found ?? null;
}

/**
 * Writes model and bodies to a temporary folder, which is removed in the end.
 *
 * @param poses [B*12] per body, `root_relative_world`
 * @param work gets a function that times PyTorch; call it as often as there are rounds
 */
export function withTorch<T>(
	python: string,
	model: BodyModel,
	bodies: readonly ShapeParameters[],
	poses: readonly Float64Array[],
	work: (time: (threads: number, repeats: number) => TorchTiming[]) => T,
): T {
	const folder = mkdtempSync(join(tmpdir(), "anny-torch-"));
	try {
		writeArrays(folder, { ...modelArrays(model), ...bodyArrays(model, bodies, poses) });
		return work((threads, repeats) => {
			const run = spawnSync(python, [SCRIPT, folder, String(threads), String(repeats)], {
				encoding: "utf8",
				env: { ...process.env, OMP_NUM_THREADS: String(threads) },
			});
			if (run.status !== 0) throw new Error(`The Python program failed:\n${run.stderr}`);
			return run.stdout
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line) as TorchTiming);
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Everything that the forward pass reads, dense. */
function modelArrays(model: BodyModel): Arrays {
	const { data, vertexCount } = model;
	const boneCount = model.boneLabels.length;
	const shapeCount = MACRO_SHAPES.length + 2 * model.localChangeLabels.length;
	const shapes = new Float32Array(shapeCount * 3 * vertexCount);
	const heads = new Float32Array(shapeCount * 3 * boneCount);
	const tails = new Float32Array(shapeCount * 3 * boneCount);
	const firstLocalFile = data.shapes.count - 512;
	for (let index = 0; index < shapeCount; index++) {
		const macro = MACRO_SHAPES[index];
		const points = densePoints(model, macro?.file ?? firstLocalFile + index - MACRO_SHAPES.length);
		if (macro?.newborn === true) shrinkToNewborn(points, data.templateVertices);
		shapes.set(gather(points, model.baseVertexIndices), index * 3 * vertexCount);
		heads.set(average(points, model.boneHeadOffsets, model.boneHeadVertices), index * 3 * boneCount);
		tails.set(average(points, model.boneTailOffsets, model.boneTailVertices), index * 3 * boneCount);
	}
	const skinBones = new BigInt64Array(SKIN_WIDTH * vertexCount);
	const skinWeights = new Float32Array(SKIN_WIDTH * vertexCount);
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		const start = model.skinOffsets[vertex] ?? 0;
		const end = model.skinOffsets[vertex + 1] ?? 0;
		if (end - start > SKIN_WIDTH) throw new Error(`Vertex ${vertex} follows ${end - start} bones`);
		for (let entry = start; entry < end; entry++) {
			skinBones[SKIN_WIDTH * vertex + entry - start] = BigInt(model.skinBones[entry] ?? 0);
			skinWeights[SKIN_WIDTH * vertex + entry - start] = model.skinWeights[entry] ?? 0;
		}
	}
	const template = data.templateVertices;
	const parents = BigInt64Array.from(model.boneParents, (parent) => BigInt(parent));
	return {
		template: { data: gather(template, model.baseVertexIndices), shape: [vertexCount, 3] },
		shapes: { data: shapes, shape: [shapeCount, vertexCount, 3] },
		heads: { data: average(template, model.boneHeadOffsets, model.boneHeadVertices), shape: [boneCount, 3] },
		tails: { data: average(template, model.boneTailOffsets, model.boneTailVertices), shape: [boneCount, 3] },
		head_shapes: { data: heads, shape: [shapeCount, boneCount, 3] },
		tail_shapes: { data: tails, shape: [shapeCount, boneCount, 3] },
		rolls: { data: Float32Array.from(model.boneRolls), shape: [boneCount] },
		parents: { data: parents, shape: [boneCount] },
		skin_bones: { data: skinBones, shape: [vertexCount, SKIN_WIDTH] },
		skin_weights: { data: skinWeights, shape: [vertexCount, SKIN_WIDTH] },
	};
}

/** Coefficients, poses, and the vertices that we compute from them. */
function bodyArrays(model: BodyModel, bodies: readonly ShapeParameters[], poses: readonly Float64Array[]): Arrays {
	const shape = createShapeState(model);
	const pose = createPoseState(model);
	const coefficients: number[][] = [];
	const expected = new Float32Array(bodies.length * 3 * model.vertexCount);
	bodies.forEach((body, index) => {
		evaluateShape(shape, model, body);
		evaluatePose(pose, model, shape, poses[index] ?? new Float64Array());
		coefficients.push([...shape.coefficients]);
		expected.set(pose.vertices, index * 3 * model.vertexCount);
	});
	const count = bodies.length;
	return {
		coefficients: {
			data: Float32Array.from(coefficients.flat()),
			shape: [count, coefficients[0]?.length ?? 0],
		},
		poses: {
			data: Float32Array.from(poses.flatMap((values) => [...values])),
			shape: [count, model.boneLabels.length, 3, 4],
		},
		expected: { data: expected, shape: [count, model.vertexCount, 3] },
	};
}

/** Displacements of all base vertices, metres. */
function densePoints(model: BodyModel, file: number): Float64Array {
	const points = new Float64Array(3 * model.data.vertexCount);
	const { runs, values, scale_m } = getShape(model.data.shapes, file);
	for (let run = 0, from = 0; run < runs.length; run += 2) {
		const first = runs[run] ?? 0;
		for (let at = 3 * first; at < 3 * (first + (runs[run + 1] ?? 0)); at++)
			points[at] = scale_m * (values[from++] ?? 0);
	}
	return points;
}

/** S·baby + (S − 1)/3·template */
function shrinkToNewborn(points: Float64Array, template: Float64Array): void {
	for (let at = 0; at < points.length; at++) {
		const scale = NEWBORN_SCALE[at % 3] ?? 1;
		points[at] = scale * (points[at] ?? 0) + ((scale - 1) / 3) * (template[at] ?? 0);
	}
}

function gather(points: Float64Array, vertices: Uint16Array): Float32Array {
	const out = new Float32Array(3 * vertices.length);
	vertices.forEach((vertex, row) => {
		out.set(points.subarray(3 * vertex, 3 * vertex + 3), 3 * row);
	});
	return out;
}

function average(points: Float64Array, offsets: Uint32Array, vertices: Uint16Array): Float32Array {
	const out = new Float32Array(3 * (offsets.length - 1));
	for (let at = 0; at < out.length; at++) {
		const row = vertices.subarray(offsets[Math.floor(at / 3)], offsets[Math.floor(at / 3) + 1]);
		out[at] = row.reduce((sum, vertex) => sum + (points[3 * vertex + (at % 3)] ?? 0), 0) / row.length;
	}
	return out;
}

function writeArrays(folder: string, arrays: Arrays): void {
	const index: Record<string, { type: string; shape: readonly number[] }> = {};
	for (const [name, { data, shape }] of Object.entries(arrays)) {
		index[name] = { type: data instanceof Float32Array ? "f32" : "i64", shape };
		writeFileSync(join(folder, `${name}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
	}
	writeFileSync(join(folder, "model.json"), JSON.stringify({ arrays: index }));
}
