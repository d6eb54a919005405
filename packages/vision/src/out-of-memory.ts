/**
 * What runtimes say when memory runs out: C++ and libc, ONNX Runtime's arenas, CUDA with cuBLAS and cuDNN, V8 and
 * WebAssembly. None has an error code of its own by the time it reaches JavaScript.
 */
const MESSAGES: readonly RegExp[] = [
	/\bbad_alloc\b|\bbad allocation\b/i,
	/\bcannot allocate memory\b|\bENOMEM\b/i,
	// "index out of memory bounds" is another failure.
	/\bout of memory\b(?! bounds)/i,
	/\bfailed to allocate memory\b/i,
	/\bavailable memory of \d+ is smaller than requested bytes of \d+/i,
	/\bcudaErrorMemoryAllocation\b|\bCUDA_ERROR_OUT_OF_MEMORY\b/,
	/\bCU(?:BLAS|DNN|FFT|SPARSE|RAND|SOLVER)_(?:STATUS_)?ALLOC(?:ATION)?_FAILED\b/,
	/\bCUDNN_STATUS_INTERNAL_ERROR_(?:HOST|DEVICE)_ALLOCATION_FAILED\b/,
	/\b(?:array buffer|buffer) allocation failed\b/i,
	/\bERR_WORKER_OUT_OF_MEMORY\b|\breaching memory limit\b/,
	/\bcould not allocate memory\b/i,
];

/** Deep enough for wrapped errors, and an end for those that are their own cause. */
const MAX_DEPTH = 5;

/** Whether an error, or one that caused it, says that memory ran out, of the machine or of the GPU. */
export function isOutOfMemory(error: unknown): boolean {
	for (let current = error, depth = 0; current !== undefined && depth < MAX_DEPTH; depth++) {
		const text = textOf(current);
		if (MESSAGES.some((pattern) => pattern.test(text))) return true;
		current = current instanceof Error ? current.cause : undefined;
	}
	return false;
}

function textOf(error: unknown): string {
	if (!(error instanceof Error)) return typeof error === "string" ? error : "";
	return "code" in error ? `${String(error.code)} ${error.message}` : error.message;
}
