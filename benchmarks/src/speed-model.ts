/** Times the body model: with SIMD kernels and in plain TypeScript, and beside PyTorch. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
	type BodyModel,
	createBodyModel,
	createKernels,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	identityPose,
	preloadShapes,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelAsset } from "@anny-fitter/platform";
import { findTorch, type TorchTiming, withTorch } from "./peers/anny-torch.js";
import { median } from "./statistics.js";

/** One row of a table. */
export interface Timing {
	readonly what: string;
	readonly value: string;
	readonly aim: string;
}

interface Spread {
	readonly median_ms: number;
	readonly min_ms: number;
}

/** What a process of its own finds out about memory. */
export interface ModelMemory {
	readonly start_mb: number;
	readonly loaded_mb: number;
	/** Growth of the heap over so many calls of everything. */
	readonly growth_kb: number;
	readonly calls: number;
}

const BODY_COUNT = 16;
const POSE_SIGMA_RAD = 0.25;

/** Work in turns, so that a busy machine slows all alike. */
function timeInTurns<K extends string>(
	rounds: number,
	works: Readonly<Record<K, (round: number) => void>>,
): Record<K, Spread> {
	const entries = Object.entries(works) as [K, (round: number) => void][];
	const times = entries.map((): number[] => []);
	for (let round = -BODY_COUNT; round < rounds; round++) {
		entries.forEach(([, work], index) => {
			const from = performance.now();
			work(round + BODY_COUNT);
			if (round >= 0) times[index]?.push(performance.now() - from);
		});
	}
	return Object.fromEntries(
		entries.map(([name], index) => {
			const own = times[index] ?? [];
			return [name, { median_ms: median(own), min_ms: Math.min(...own) }];
		}),
	) as Record<K, Spread>;
}

const show = ({ median_ms, min_ms }: Spread): string => `${median_ms.toFixed(2)} ms (${min_ms.toFixed(2)})`;

/** Bodies with uniform phenotypes, and with uniform local changes if asked for. */
function randomBodies(model: BodyModel, local: boolean): ShapeParameters[] {
	const random = createRandom(1);
	return Array.from({ length: BODY_COUNT }, () => ({
		phenotypes: Object.fromEntries(model.phenotypeLabels.map((label) => [label, random.uniform()])),
		localChanges: local
			? Object.fromEntries(model.localChangeLabels.map((label) => [label, 2 * random.uniform() - 1]))
			: {},
	}));
}

/** Every bone turned about its axes by normal angles. */
function randomPoses(model: BodyModel): Float64Array[] {
	const random = createRandom(2);
	return Array.from({ length: BODY_COUNT }, () => {
		const pose = identityPose(model);
		for (let at = 0; at < pose.length; at += 12) {
			const [a, b] = [POSE_SIGMA_RAD * random.normal(), POSE_SIGMA_RAD * random.normal()];
			const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
			pose.set([ca * cb, -sa, ca * sb, 0, sa * cb, ca, sa * sb, 0, -sb, 0, cb, 0], at);
		}
		return pose;
	});
}

/** The functions that are timed, on one model. */
function worksOf(model: BodyModel) {
	const shape = createShapeState(model);
	const pose = createPoseState(model);
	const withNormals = createPoseState(model, { normals: true });
	const bodies = randomBodies(model, false);
	const localBodies = randomBodies(model, true);
	const poses = randomPoses(model);
	const body = (round: number): ShapeParameters => bodies[round % BODY_COUNT] ?? { phenotypes: {} };
	const poseOf = (round: number): Float64Array => poses[round % BODY_COUNT] ?? identityPose(model);
	evaluateShape(shape, model, body(0));
	return {
		repose: (round: number) => evaluatePose(pose, model, shape, poseOf(round)),
		reposeWithNormals: (round: number) => evaluatePose(withNormals, model, shape, poseOf(round)),
		forward: (round: number) => {
			evaluateShape(shape, model, body(round));
			evaluatePose(pose, model, shape, poseOf(round));
		},
		forwardLocal: (round: number) => {
			evaluateShape(shape, model, localBodies[round % BODY_COUNT] ?? { phenotypes: {} });
			evaluatePose(pose, model, shape, poseOf(round));
		},
	};
}

async function openBothModels() {
	const { bytes } = await openBodyModelAsset();
	const options = { allPhenotypes: true, localChanges: true };
	const [simd, plain] = [createKernels(), null].map((kernels) => {
		const model = createBodyModel(decodeBodyModel(bytes, { kernels }), options);
		preloadShapes(model.data.shapes);
		return model;
	}) as [BodyModel, BodyModel];
	return { bytes, simd, plain };
}

/** Medians (minima) of the body model's functions. */
export async function timeModel(): Promise<Timing[]> {
	const { bytes, simd, plain } = await openBothModels();
	const [a, b] = [worksOf(simd), worksOf(plain)];
	const forward = timeInTurns(160, { simd: a.forward, plain: b.forward });
	const local = timeInTurns(80, { simd: a.forwardLocal, plain: b.forwardLocal });
	const repose = timeInTurns(400, {
		simd: a.repose,
		plain: b.repose,
		simdNormals: a.reposeWithNormals,
		plainNormals: b.reposeWithNormals,
	});
	const kernels = createKernels();
	const decode = timeInTurns(20, {
		lazy: () => decodeBodyModel(bytes, { kernels }),
		whole: () => preloadShapes(decodeBodyModel(bytes, { kernels }).shapes),
	});
	const memory = measureMemory();
	const row = (what: string, value: string, aim = ""): Timing => ({ what, value, aim });
	return [
		row("forward pass (new shape and pose, 13 348 vertices, one thread)", show(forward.simd), "≤ 3.5 ms"),
		row("– in plain TypeScript", show(forward.plain)),
		row("– with all 256 local changes", show(local.simd)),
		row("– in plain TypeScript", show(local.plain)),
		row("re-posing a prepared shape", show(repose.simd)),
		row("– in plain TypeScript", show(repose.plain)),
		row("– with vertex normals", show(repose.simdNormals), "≤ 0.8 ms"),
		row("– in plain TypeScript", show(repose.plainNormals), "≤ 0.8 ms"),
		row("asset", `${(bytes.length / 1e6).toFixed(2)} MB`, "≤ 12 MB"),
		row("decoding the asset", show(decode.lazy), "≤ 150 ms"),
		row("– and unpacking every shape", show(decode.whole), "≤ 150 ms"),
		row(
			"resident memory of a loaded model, every shape unpacked",
			`${memory.loaded_mb.toFixed(0)} MB (${memory.start_mb.toFixed(0)} of them Node and code)`,
			"≤ 150 MB",
		),
		row(
			`growth of the heap over ${memory.calls} calls of shape and pose with normals, every 20th measured`,
			`${memory.growth_kb.toFixed(0)} kB`,
			"none",
		),
	];
}

/** In a process of its own, which has nothing else in memory. */
export function measureMemory(): ModelMemory {
	const script = fileURLToPath(new URL("./model-memory.js", import.meta.url));
	const run = spawnSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
	if (run.status !== 0) throw new Error(`The memory probe failed:\n${run.stderr}`);
	return JSON.parse(run.stdout) as ModelMemory;
}

/** Our forward pass and PyTorch's in turns: the same bodies, the same machine, the same minutes. */
export async function comparePeers(rounds: number): Promise<string[]> {
	const python = findTorch();
	if (python === null) {
		return ["PyTorch is not installed here (Debian: python3-torch, python3-numpy); nothing was compared."];
	}
	const { simd, plain } = await openBothModels();
	const small = createBodyModel(simd.data);
	const lines: string[] = [];
	for (const [title, model, other, local] of [
		["6 phenotypes, 150 bones, 13 348 vertices", small, createBodyModel(plain.data), false],
		["11 phenotypes and 256 local changes", simd, plain, true],
	] as const) {
		const [a, b] = [worksOf(model), worksOf(other)];
		const bodies = randomBodies(model, local);
		const own: Spread[][] = [[], []];
		const theirs = new Map<string, TorchTiming[]>();
		withTorch(python, model, bodies, randomPoses(model), (time) => {
			for (let round = 0; round < rounds; round++) {
				const work = local ? "forwardLocal" : "forward";
				const ours = timeInTurns(80, { simd: a[work], plain: b[work] });
				own[0]?.push(ours.simd);
				own[1]?.push(ours.plain);
				for (const threads of [1, 2]) {
					for (const timing of time(threads, 40)) {
						const key = `PyTorch ${timing.version}, ${threads === 1 ? "one thread" : "two threads"}, batch ${timing.batch}`;
						theirs.set(key, [...(theirs.get(key) ?? []), timing]);
					}
				}
			}
		});
		const best = (spreads: readonly Spread[]): Spread => ({
			median_ms: Math.min(...spreads.map((spread) => spread.median_ms)),
			min_ms: Math.min(...spreads.map((spread) => spread.min_ms)),
		});
		const ours = best(own[0] ?? []);
		lines.push(`${title}; ms per body, median of the best of ${rounds} rounds (minimum):`, "");
		lines.push("| what | ms per body | times ours | largest distance to ours |", "|---|---|---|---|");
		lines.push(`| ours, SIMD kernels, one thread | ${show(ours)} | 1 | |`);
		const plainBest = best(own[1] ?? []);
		const ratio = (spread: Spread): string => (spread.median_ms / ours.median_ms).toFixed(1);
		lines.push(`| ours, plain TypeScript, one thread | ${show(plainBest)} | ${ratio(plainBest)} | 0 |`);
		for (const [name, timings] of theirs) {
			const { median_ms, min_ms } = best(timings);
			const batch = timings[0]?.batch ?? 1;
			const perBody = { median_ms: median_ms / batch, min_ms: min_ms / batch };
			const error_um = 1e6 * Math.max(...timings.map((timing) => timing.error_m));
			lines.push(`| ${name} | ${show(perBody)} | ${ratio(perBody)} | ${error_um.toFixed(1)} µm |`);
		}
		lines.push("");
	}
	return lines;
}
