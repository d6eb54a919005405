/** How pixels between samples are made up. */
export interface Resampling {
	/** `cubic_keys`: Keys' kernel with a = −0.5 (Pillow); `cubic_sharp`: with a = −0.75 (OpenCV). */
	readonly kernel: "linear" | "cubic_keys" | "cubic_sharp";
	/** Widen the kernel when scaling down, as Pillow does and OpenCV does not. */
	readonly antialias: boolean;
}

/** Samples and weights along one axis. */
interface AxisWeights {
	readonly taps: number;
	/** [size * taps] indices into the source. */
	readonly indices: Int32Array;
	/** [size * taps] summing to 1 per output sample. */
	readonly weights: Float32Array;
}

/**
 * Scale an image of one or more channels, along x and then along y. Pixel centres are at .5 and the outer borders coincide
 * (`align_corners = false`); outside, the nearest pixel counts with `antialias: false` and none with `true`.
 *
 * @param out [height * width * channels], not `source`
 * @param source [sourceHeight * sourceWidth * channels], rows top to bottom, channels interleaved
 * @throws RangeError if a size does not match
 */
export function resample(
	out: Float32Array,
	height: number,
	width: number,
	source: Float32Array | Uint8Array,
	sourceHeight: number,
	sourceWidth: number,
	channels: number,
	resampling: Resampling,
): void {
	if (out.length !== height * width * channels || source.length !== sourceHeight * sourceWidth * channels) {
		throw new RangeError("image sizes do not match");
	}
	const across = axisWeights(sourceWidth, width, resampling);
	const down = axisWeights(sourceHeight, height, resampling);
	const rows = new Float32Array(sourceHeight * width * channels);
	for (let y = 0; y < sourceHeight; y++) {
		for (let x = 0; x < width; x++) {
			for (let c = 0; c < channels; c++) {
				let sum = 0;
				for (let t = x * across.taps; t < (x + 1) * across.taps; t++) {
					sum += across.weights[t] * source[(y * sourceWidth + across.indices[t]) * channels + c];
				}
				rows[(y * width + x) * channels + c] = sum;
			}
		}
	}
	const stride = width * channels;
	out.fill(0);
	for (let y = 0; y < height; y++) {
		for (let t = y * down.taps; t < (y + 1) * down.taps; t++) {
			const weight = down.weights[t];
			if (weight === 0) continue;
			const from = down.indices[t] * stride;
			const to = y * stride;
			for (let i = 0; i < stride; i++) out[to + i] += weight * rows[from + i];
		}
	}
}

function axisWeights(sourceSize: number, size: number, { kernel, antialias }: Resampling): AxisWeights {
	const step = sourceSize / size;
	const spread = antialias ? Math.max(step, 1) : 1;
	const reach = (kernel === "linear" ? 1 : 2) * spread;
	const taps = Math.ceil(2 * reach) + 1;
	const indices = new Int32Array(size * taps);
	const weights = new Float32Array(size * taps);
	for (let i = 0; i < size; i++) {
		const centre = (i + 0.5) * step;
		const first = Math.floor(centre - reach);
		let sum = 0;
		for (let t = 0; t < taps; t++) {
			const at = first + t;
			const inside = at >= 0 && at < sourceSize;
			const weight = antialias && !inside ? 0 : kernelAt(kernel, (at + 0.5 - centre) / spread);
			indices[i * taps + t] = Math.min(Math.max(at, 0), sourceSize - 1);
			weights[i * taps + t] = weight;
			sum += weight;
		}
		for (let t = i * taps; t < (i + 1) * taps; t++) weights[t] /= sum;
	}
	return { taps, indices, weights };
}

function kernelAt(kernel: Resampling["kernel"], offset: number): number {
	const x = Math.abs(offset);
	if (kernel === "linear") return Math.max(1 - x, 0);
	const a = kernel === "cubic_keys" ? -0.5 : -0.75;
	if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
	return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
