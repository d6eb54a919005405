import type { MeasurementId } from "@anny-fitter/anthropometry";
import { availableKernels, decodeBodyModel, evaluatePose, evaluateShape, identityPose } from "@anny-fitter/body-model";
import { computeVertexNormals } from "@anny-fitter/mesh";
import { type Anny, createAnny } from "../anny.js";
import { shapeParameters, writePoseParameters } from "../body-input.js";
import type { BodyOutputs, BodyRequest, EvaluatedBody, FromThread, ToThread } from "./messages.js";

/** Sends an answer; the memory in `transfer` goes with it. */
export type Reply = (message: FromThread, transfer: ArrayBuffer[]) => void;

/** The thread's side of a pool: a function that takes the pool's messages, one after the other. */
export function createBodyServer(reply: Reply): (message: ToThread) => void {
	let bench: Bench | null = null;
	return (message) => {
		if (message.type === "open") {
			try {
				const anny = createAnny(decodeBodyModel(message.asset, { kernels: availableKernels() }), message.model);
				bench = { anny, parameters: identityPose(anny.model) };
				reply({ type: "ready" }, []);
			} catch (error) {
				reply({ type: "unusable", message: describe(error).message }, []);
			}
			return;
		}
		const { id, request, outputs } = message;
		try {
			if (bench === null) throw new Error("The thread has no body model.");
			const body = evaluateBody(bench, request, outputs);
			reply({ type: "done", id, body }, buffersOf(body));
		} catch (error) {
			reply({ type: "failed", id, ...describe(error) }, []);
		}
	};
}

/** What bodies are evaluated with, one after the other. */
interface Bench {
	readonly anny: Anny;
	/** [B*12] */
	readonly parameters: Float64Array;
}

/** Evaluates one body into memory of its own; only what is asked for is computed. */
function evaluateBody({ anny, parameters }: Bench, { shape, pose }: BodyRequest, outputs: BodyOutputs): EvaluatedBody {
	const { vertices = false, normals = false, joints = false, measurements, mass = false } = outputs;
	const { model, rest, posed } = anny;
	evaluateShape(rest, model, shapeParameters(model, shape));
	// Says what is wrong with a pose, also where nothing posed is asked for.
	writePoseParameters(parameters, model, rest, pose ?? {});
	if (vertices || normals || joints) evaluatePose(posed, model, rest, parameters, "rest_relative");
	return {
		vertices: vertices ? Float32Array.from(posed.vertices) : null,
		normals: normals ? normalsOf(anny) : null,
		joints: joints ? Float32Array.from(posed.boneHeads) : null,
		measurements_m: measurements === undefined ? null : measure(anny, measurements),
		mass_kg: mass ? anny.mass_kg() : null,
	};
}

function normalsOf({ posed, triangles }: Anny): Float32Array {
	const out = new Float32Array(posed.vertices.length);
	computeVertexNormals(out, posed.vertices, triangles);
	return out;
}

function measure(anny: Anny, ids: readonly string[]): Float64Array {
	const taken = anny.measure(ids as readonly MeasurementId[]);
	return Float64Array.from(ids, (id) => taken[id as MeasurementId].value_m);
}

function buffersOf({ vertices, normals, joints, measurements_m }: EvaluatedBody): ArrayBuffer[] {
	// Made by `evaluateBody`, never shared.
	return [vertices, normals, joints, measurements_m].flatMap((array) =>
		array === null ? [] : [array.buffer as ArrayBuffer],
	);
}

function describe(error: unknown): { readonly name: string; readonly message: string } {
	return error instanceof Error
		? { name: error.name, message: error.message }
		: { name: "Error", message: String(error) };
}
