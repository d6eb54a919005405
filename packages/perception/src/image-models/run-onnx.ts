/** A tensor as ONNX Runtime takes and gives it; row-major. */
export interface OnnxTensor {
	readonly dimensions: readonly number[];
	readonly data: Float32Array | BigInt64Array;
}

/**
 * Runs one network: tensors by input name to tensors by output name. The same analysis runs wherever this can be provided.
 *
 * @param wanted the outputs that are needed
 */
export type RunOnnx = (
	feeds: Readonly<Record<string, OnnxTensor>>,
	wanted: readonly string[],
) => Promise<Readonly<Record<string, OnnxTensor>>>;

/**
 * A float32 output.
 *
 * @throws RangeError if the network did not give it
 */
export function floatOutput(
	outputs: Readonly<Record<string, OnnxTensor>>,
	name: string,
): { readonly dimensions: readonly number[]; readonly data: Float32Array } {
	const output = outputs[name];
	if (!(output?.data instanceof Float32Array)) throw new RangeError(`the network gave no numbers for ${name}`);
	const count = output.dimensions.reduce((product, size) => product * size, 1);
	if (count !== output.data.length) throw new RangeError(`${name} has another size than it says`);
	return { dimensions: output.dimensions, data: output.data };
}
