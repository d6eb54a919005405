/** Element types of TFLite tensors that the models of MediaPipe use for constants and activations. */
export type TfliteType = "float32" | "float16" | "int32" | "other";

export type Padding = "same" | "valid";
export type Activation = "none" | "relu" | "relu6";

/** One level of a TFLite sparse tensor: dense, or compressed sparse rows (segments and indices). */
export type SparseLevel =
	| { readonly format: "dense"; readonly size: number }
	| { readonly format: "sparse"; readonly segments: readonly number[]; readonly indices: readonly number[] };

/** How the stored values of a sparse constant are spread over its dense shape. */
export interface Sparsity {
	/** Order in which dimensions (then block dimensions) are traversed. */
	readonly traversalOrder: readonly number[];
	/** For each block dimension, the tensor dimension it subdivides. */
	readonly blockMap: readonly number[];
	/** One entry per traversed dimension. */
	readonly levels: readonly SparseLevel[];
}

export interface TfliteTensor {
	readonly name: string;
	/** NHWC for activations of rank 4. */
	readonly shape: readonly number[];
	readonly type: TfliteType;
	/** Little-endian bytes of a constant (view into the file), or `null` for an activation. */
	readonly data: Uint8Array | null;
	readonly sparsity: Sparsity | null;
}

interface Window {
	readonly padding: Padding;
	readonly strideWidth: number;
	readonly strideHeight: number;
	readonly activation: Activation;
}

/** Kind and options of an operator, as far as MediaPipe's models use them. */
export type OperatorKind =
	| ({
			readonly kind: "conv2d" | "depthwiseConv2d";
			readonly dilationWidth: number;
			readonly dilationHeight: number;
	  } & Window)
	| ({ readonly kind: "maxPool2d"; readonly filterWidth: number; readonly filterHeight: number } & Window)
	| { readonly kind: "add"; readonly activation: Activation }
	| { readonly kind: "fullyConnected"; readonly activation: Activation }
	| { readonly kind: "concatenation"; readonly axis: number; readonly activation: Activation }
	| { readonly kind: "resizeBilinear"; readonly alignCorners: boolean; readonly halfPixelCenters: boolean }
	| { readonly kind: "depthToSpace"; readonly blockSize: number }
	| { readonly kind: "mean"; readonly keepDimensions: boolean }
	| {
			readonly kind: "stridedSlice";
			readonly beginMask: number;
			readonly endMask: number;
			readonly ellipsisMask: number;
			readonly newAxisMask: number;
			readonly shrinkAxisMask: number;
	  }
	| { readonly kind: "dequantize" | "densify" | "logistic" | "pad" | "prelu" | "relu" | "relu6" | "reshape" };

export type TfliteOperator = OperatorKind & {
	/** Tensor indices; −1 for an omitted optional input. */
	readonly inputs: readonly number[];
	readonly outputs: readonly number[];
};

/** The main subgraph of a TFLite file. */
export interface TfliteModel {
	readonly tensors: readonly TfliteTensor[];
	readonly operators: readonly TfliteOperator[];
	readonly inputs: readonly number[];
	readonly outputs: readonly number[];
}
