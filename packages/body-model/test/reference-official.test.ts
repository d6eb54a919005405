import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BodyModel,
	type BodyModelData,
	compileBodyModel,
	computeAnnyAnthropometry,
	createBodyModel,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	getShape,
	LOCAL_CHANGE_LABELS,
	SHAPE_FILES,
} from "@anny-fitter/body-model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultRig } from "../src/npm-source.js";
import { npmTargetRows } from "../src/shape-list.js";
import { LOCAL_SHAPES } from "../src/tables/local-shapes.js";
import goldens from "./goldens/anny-extract.json" with { type: "json" };
import {
	hasReference,
	maxDifference,
	pickPoints,
	REFERENCE_MODELS,
	type Reference,
	readArrays,
	readNpmData,
	readReference,
	referenceDir,
	unpackOfficialData,
} from "./reference-data.js";

const REST_TOLERANCE_M = 1e-6;
const POSED_TOLERANCE_M = 5e-6;
const ANTHROPOMETRY_TOLERANCE = 1e-5;

describe.skipIf(!hasReference)("official data against upstream Anny", () => {
	let reference: Reference;
	let official: ReturnType<typeof unpackOfficialData>;
	let data: BodyModelData;
	let dataNpmSkin: BodyModelData;
	const models = new Map<string, BodyModel>();
	const worst = new Map<string, number>();

	beforeAll(() => {
		reference = readReference();
		official = unpackOfficialData();
		const asset = compileBodyModel(official.source);
		expect(asset.length).toBeLessThan(12e6);
		data = decodeBodyModel(asset);
		dataNpmSkin = decodeBodyModel(compileBodyModel({ ...official.source, skin: readNpmData().skin }));
	});

	afterAll(() => {
		official?.remove();
		console.log(
			`largest differences, official data: ${[...worst].map(([name, value]) => `${name} ${value.toExponential(1)}`).join(", ")}`,
		);
	});

	function model(
		name: string,
		extrapolatePhenotypes: boolean,
		skinning: "lbs" | "dqs",
		from: BodyModelData = data,
	): BodyModel {
		const key = `${name} ${extrapolatePhenotypes} ${skinning} ${from === data}`;
		let found = models.get(key);
		if (found === undefined) {
			found = createBodyModel(from, { ...REFERENCE_MODELS[name], extrapolatePhenotypes, skinning });
			models.set(key, found);
		}
		return found;
	}

	function expectClose(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
		const difference = maxDifference(actual, expected);
		worst.set(name, Math.max(worst.get(name) ?? 0, difference));
		expect(difference, name).toBeLessThanOrEqual(tolerance);
	}

	test.each(Array.from({ length: 40 }, (_, id) => id))("sample %i: shape, pose, skinning, anthropometry", (id) => {
		const sample = reference.samples[id];
		const expected = (name: string) => reference.array(sample.arrays[name]);
		const subset = reference.array(reference.models[sample.model].subset);
		const select = (points: Float64Array) => (sample.vertices === "full" ? points : pickPoints(points, subset));
		const body = model(sample.model, sample.extrapolate_phenotypes, "lbs");
		const shape = createShapeState(body);
		evaluateShape(shape, body, {
			phenotypes: sample.phenotypes,
			...(body.localChangeLabels.length > 0 ? { localChanges: sample.local_changes } : {}),
		});
		expectClose("coefficients", shape.coefficients, expected("blendshape_coeffs"), 1e-12);
		expectClose("rest vertices", select(shape.vertices), expected("rest_vertices"), REST_TOLERANCE_M);
		expectClose("rest heads", shape.boneHeads, expected("rest_bone_heads"), REST_TOLERANCE_M);
		expectClose("rest tails", shape.boneTails, expected("rest_bone_tails"), REST_TOLERANCE_M);
		expectClose("rest poses", shape.restBonePoses, expected("rest_bone_poses"), REST_TOLERANCE_M);

		const parameters = expected("pose_parameters");
		const posed = createPoseState(body);
		evaluatePose(posed, body, shape, parameters, sample.pose_parameterization);
		expectClose("posed bones", posed.bonePoses, expected("bone_poses"), POSED_TOLERANCE_M);
		expectClose("posed heads", posed.boneHeads, expected("bone_heads"), POSED_TOLERANCE_M);
		expectClose("posed tails", posed.boneTails, expected("bone_tails"), POSED_TOLERANCE_M);
		expectClose("posed vertices", select(posed.vertices), expected("vertices"), POSED_TOLERANCE_M);

		// The same pose in the other two parameterizations of the root.
		const roots = expected("root_parameters");
		for (const [row, name] of (["rest_relative", "root_relative", "root_relative_world"] as const).entries()) {
			parameters.set(roots.subarray(12 * row, 12 * row + 12), 0);
			evaluatePose(posed, body, shape, parameters, name);
			expectClose(name, select(posed.vertices), expected("vertices"), POSED_TOLERANCE_M);
		}

		const quaternion = model(sample.model, sample.extrapolate_phenotypes, "dqs");
		evaluatePose(posed, quaternion, shape, parameters, "root_relative_world");
		expectClose(
			"posed, dual quaternions",
			pickPoints(posed.vertices, subset),
			expected("vertices_dqs_subset"),
			POSED_TOLERANCE_M,
		);
		const npmSkin = model(sample.model, sample.extrapolate_phenotypes, "lbs", dataNpmSkin);
		evaluatePose(posed, npmSkin, shape, parameters, "root_relative_world");
		expectClose(
			"posed, four weights",
			pickPoints(posed.vertices, subset),
			expected("vertices_npm4_subset"),
			POSED_TOLERANCE_M,
		);

		if (sample.anthropometry !== null) {
			const measures = computeAnnyAnthropometry(body, shape.vertices);
			const { height, waist_circumference, volume, mass, bmi } = sample.anthropometry;
			expectClose(
				"anthropometry, relative",
				[
					measures.height_m / height,
					measures.waist_circumference_m / waist_circumference,
					measures.volume_m3 / volume,
					measures.mass_kg / mass,
					measures.bmi / bmi,
				],
				[1, 1, 1, 1, 1],
				ANTHROPOMETRY_TOLERANCE,
			);
		}
	});

	test.each(Object.keys(REFERENCE_MODELS))("model %s has upstream's labels and vertices", (name) => {
		const body = model(name, false, "lbs");
		const expected = reference.models[name];
		expect(body.boneLabels).toEqual(expected.bone_labels);
		expect([...body.boneParents]).toEqual(expected.bone_parents);
		expect(body.phenotypeLabels).toEqual(expected.phenotype_labels);
		expect([...body.baseVertexIndices]).toEqual([...reference.array(expected.base_mesh_vertex_indices)]);
	});

	test("topologies equal upstream's", () => {
		const { json, array } = readArrays("topology");
		const variants = {
			default: {},
			default_eyes_tongue: { eyes: true, tongue: true },
			makehuman_eyes_tongue_all: {
				eyes: true,
				tongue: true,
				topology: "makehuman",
				removeUnattachedVertices: false,
			},
		} as const;
		for (const [name, options] of Object.entries(variants)) {
			const body = createBodyModel(data, options);
			expect(maxDifference(body.quads, array(`${name}/quads`)), `${name} quads`).toBe(0);
			expect(maxDifference(body.quadUvs, array(`${name}/quad_uv`)), `${name} texture`).toBe(0);
			expect(maxDifference(body.quadSegments, array(`${name}/quad_segment`)), `${name} segments`).toBe(0);
			expect(maxDifference(body.baseVertexIndices, array(`${name}/base_mesh_vertex_indices`)), name).toBe(0);
			const triangles = array(`${name}/triangles`);
			let different = 0;
			for (let quad = 0; quad < triangles.length; quad += 6) {
				different +=
					maxDifference(body.triangles.subarray(quad, quad + 6), triangles.subarray(quad, quad + 6)) > 0 ? 1 : 0;
			}
			// Twenty square quads of the eyes: upstream's choice of diagonal is rounding noise.
			expect(different, `${name} triangles`).toBe(name === "default" ? 0 : 20);
		}
		expect(createBodyModel(data, {}).segmentLabels).toEqual(json.segment_labels);
	});

	test("rig, shape list and local labels equal the reference tables", () => {
		const rig = JSON.parse(readFileSync(join(referenceDir, "rig_default.json"), "utf8")).bones as {
			name: string;
			parent: number;
			roll: number;
			head: number[];
			tail: number[];
		}[];
		for (const candidate of [defaultRig(), official.source.rig]) {
			expect(candidate.names).toEqual(rig.map((bone) => bone.name));
			expect(candidate.parents).toEqual(rig.map((bone) => bone.parent));
			expect(
				maxDifference(
					candidate.rolls_rad,
					rig.map((bone) => bone.roll),
				),
			).toBeLessThan(1e-6);
			expect(candidate.heads).toEqual(rig.map((bone) => bone.head));
			expect(candidate.tails).toEqual(rig.map((bone) => bone.tail));
		}
		const order = JSON.parse(readFileSync(join(referenceDir, "blendshape_order.json"), "utf8")) as {
			macro: { file: string; npm_index: number }[];
			local: { label: string; pos: string; neg: string; npm_pos: number; npm_neg: number }[];
		};
		const rows = npmTargetRows();
		for (const macro of order.macro) {
			expect(rows[SHAPE_FILES.indexOf(macro.file)], macro.file).toBe(macro.npm_index);
		}
		expect(LOCAL_CHANGE_LABELS).toEqual(order.local.map((local) => local.label));
		expect(LOCAL_SHAPES).toEqual(order.local.map((local) => [local.pos, local.neg, local.npm_pos, local.npm_neg]));
	});

	test("every target is stored without loss", () => {
		const vertexCount = data.vertexCount;
		const decoded = new Float64Array(3 * vertexCount);
		let largest = 0;
		for (let file = 0; file < SHAPE_FILES.length; file += 9) {
			const shape = getShape(data.shapes, file);
			decoded.fill(0);
			let from = 0;
			for (let run = 0; run < shape.runs.length; run += 2) {
				for (let at = 3 * shape.runs[run]; at < 3 * (shape.runs[run] + shape.runs[run + 1]); at++) {
					decoded[at] = shape.values[from++] * shape.scale_m;
				}
			}
			const target = official.source.readTarget(SHAPE_FILES[file]);
			for (let row = 0; row < target.indices.length; row++) {
				const at = 3 * target.indices[row];
				const [x, y, z] = target.deltas_dm.subarray(3 * row, 3 * row + 3);
				largest = Math.max(
					largest,
					Math.abs(decoded[at] - 0.1 * x),
					Math.abs(decoded[at + 1] + 0.1 * z),
					Math.abs(decoded[at + 2] - 0.1 * y),
				);
				decoded.fill(0, at, at + 3);
			}
			largest = Math.max(largest, ...decoded.map(Math.abs).filter((value) => value > 0));
		}
		expect(largest).toBeLessThan(1e-12);
	});

	test("the committed extract is what the reference says", () => {
		for (const extract of goldens.samples) {
			const sample = reference.samples[extract.id];
			expect(extract.phenotypes).toEqual(sample.phenotypes);
			const rest = reference.array(sample.arrays.rest_vertices);
			const rows = sample.vertices === "full" ? extract.vertices : extract.subsetRows;
			expect(maxDifference(extract.restVertices, pickPoints(rest, rows))).toBeLessThan(1e-7);
			const heads = reference.array(sample.arrays.rest_bone_heads);
			expect(maxDifference(extract.restBoneHeads, pickPoints(heads, extract.bones))).toBeLessThan(1e-7);
			if (extract.posedVertices === null) {
				continue;
			}
			const posed = reference.array(sample.arrays.vertices_npm4_subset);
			expect(maxDifference(extract.posedVertices, pickPoints(posed, extract.subsetRows))).toBeLessThan(1e-7);
		}
	});
});
