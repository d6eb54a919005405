import { isOutOfMemory } from "@anny-fitter/vision";
import { describe, expect, it } from "vitest";

/** As the runtimes print them. */
const SHORT_OF_MEMORY = [
	"std::bad_alloc",
	"bad allocation",
	"Non-zero status code returned while running Conv node. Name:'conv2d_3' Status Message: std::bad_alloc",
	"/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 104857600",
	"/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:342 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Available memory of 1048576 is smaller than requested bytes of 104857600",
	"CUDA failure 2: out of memory ; GPU=0 ; hostname=node ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=47 ; expr=cudaMalloc((void**)&p, size);",
	"CUDA error cudaErrorMemoryAllocation:out of memory",
	"CUDA_ERROR_OUT_OF_MEMORY: out of memory",
	"CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);",
	"CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cudnnCreate(&cudnn_handle_);",
	"CUDNN failure 4001: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0",
	"Array buffer allocation failed",
	"WebAssembly.Memory(): could not allocate memory",
	"Worker terminated due to reaching memory limit: JS heap out of memory",
	"mmap failed: Cannot allocate memory",
];

const OTHER = [
	"",
	"RuntimeError: memory access out of bounds",
	"table index is out of memory bounds",
	"CUDA failure 700: an illegal memory access was encountered ; GPU=0",
	"CUDA failure 100: no CUDA-capable device is detected",
	"CUDNN failure 8: CUDNN_STATUS_EXECUTION_FAILED",
	"OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library",
	"Got invalid dimensions for input: input0 for the following indices index: 1 Got: 224 Expected: 256",
	"Load model failed: Protobuf parsing failed.",
	"memory pattern planner is off",
];

describe("isOutOfMemory", () => {
	it.each(SHORT_OF_MEMORY)("recognises: %s", (message) => {
		expect(isOutOfMemory(new Error(message))).toBe(true);
		expect(isOutOfMemory(message)).toBe(true);
	});

	it.each(OTHER)("leaves alone: %s", (message) => {
		expect(isOutOfMemory(new Error(message))).toBe(false);
	});

	it("looks at codes and causes, and stops", () => {
		expect(isOutOfMemory(Object.assign(new Error("x"), { code: "ERR_WORKER_OUT_OF_MEMORY" }))).toBe(true);
		expect(isOutOfMemory(Object.assign(new Error("x"), { code: "ENOMEM" }))).toBe(true);
		expect(isOutOfMemory(new Error("x", { cause: new Error("y", { cause: new Error("std::bad_alloc") }) }))).toBe(true);
		const circular = new Error("x");
		circular.cause = circular;
		for (const error of [circular, undefined, null, 5, {}]) expect(isOutOfMemory(error)).toBe(false);
	});
});
