/** A file of a model in the catalogue. */
export interface CatalogueFile {
	/** Its name in the model's folder. */
	readonly name: string;
	readonly url: string;
	/** Null where the publisher does not state it. */
	readonly size_bytes: number | null;
	/** Null where it could not be established: such a file is fetched only with a hash that the user gives. */
	readonly sha256: string | null;
}

/** A segmentation or depth network that `models pull` can fetch. */
export interface CatalogueModel {
	/** Also the name of its folder. */
	readonly id: string;
	readonly kind: "segmentation" | "depth";
	/** How results and lists name it. */
	readonly title: string;
	/** Who trained the network, and who made the ONNX file where that is another. */
	readonly publisher: string;
	/** SPDX identifier of the weights' licence. */
	readonly licence: string;
	/** Whether the licence forbids commercial use; it then has to be accepted expressly. */
	readonly isNonCommercial: boolean;
	readonly files: readonly CatalogueFile[];
}

const HUGGING_FACE = "https://huggingface.co";
const MOBILE_SAM = `${HUGGING_FACE}/Acly/MobileSAM/resolve/0d3b403339b4674a82493d5e97964dd78089ddc8`;
const DEPTH_SMALL = `${HUGGING_FACE}/onnx-community/depth-anything-v2-small/resolve/4472b7362082ad9968fee890ca0f1e5aca36b93d`;

/**
 * Networks that were published as ONNX files. Hashes are those that the publisher states (OpenCV Zoo) or that several
 * independent projects pin; none was taken from a download of our own.
 */
export const MODEL_CATALOGUE: readonly CatalogueModel[] = [
	{
		id: "efficient_sam_ti",
		kind: "segmentation",
		title: "EfficientSAM-Ti",
		publisher: "Xiong et al.; ONNX by OpenCV Zoo",
		licence: "Apache-2.0",
		isNonCommercial: false,
		files: [
			{
				name: "image_segmentation_efficientsam_ti_2025april.onnx",
				url: `${HUGGING_FACE}/opencv/image_segmentation_efficientsam/resolve/main/image_segmentation_efficientsam_ti_2025april.onnx`,
				size_bytes: 48312857,
				sha256: "4eb496e0a7259d435b49b66faf1754aa45a5c382a34558ddda9a8c6fe5915d77",
			},
		],
	},
	{
		id: "efficient_sam_s",
		kind: "segmentation",
		title: "EfficientSAM-S",
		publisher: "Xiong et al.",
		licence: "Apache-2.0",
		isNonCommercial: false,
		files: [
			{
				name: "efficientsam_s.onnx",
				url: `${HUGGING_FACE}/yunyangx/EfficientSAM/resolve/main/efficientsam_s.onnx`,
				size_bytes: null,
				sha256: "b257787eeecdfd0db0626f83a8241874c35c74eb4c25c4d12ff0a478f90f30f9",
			},
		],
	},
	{
		id: "mobile_sam",
		kind: "segmentation",
		title: "MobileSAM",
		publisher: "Zhang et al.; ONNX by Acly (MIT)",
		licence: "Apache-2.0",
		isNonCommercial: false,
		files: [
			{
				name: "mobile_sam_image_encoder.onnx",
				url: `${MOBILE_SAM}/mobile_sam_image_encoder.onnx`,
				size_bytes: 28157093,
				sha256: "580f5fb648ea1062c0aabc26217aed56921985f03f0cbbd852bba81d760cc749",
			},
			{
				name: "sam_mask_decoder_multi.onnx",
				url: `${MOBILE_SAM}/sam_mask_decoder_multi.onnx`,
				size_bytes: 16496559,
				sha256: "8976b90a87ba50a6a72217a5ff994f7d25ce16f2229fcc1ed259e1294c622ffe",
			},
		],
	},
	{
		id: "depth_anything_v2_small",
		kind: "depth",
		title: "Depth Anything V2 Small",
		publisher: "Yang et al.; ONNX by onnx-community",
		licence: "Apache-2.0",
		isNonCommercial: false,
		files: [
			{
				name: "depth_anything_v2_small.onnx",
				url: `${DEPTH_SMALL}/onnx/model.onnx`,
				size_bytes: 99060839,
				sha256: "afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
			},
		],
	},
	{
		id: "midas_v21_small",
		kind: "depth",
		title: "MiDaS v2.1 small",
		publisher: "Ranftl et al., Intel ISL",
		licence: "MIT",
		isNonCommercial: false,
		files: [
			{
				name: "model-small.onnx",
				url: "https://github.com/isl-org/MiDaS/releases/download/v2_1/model-small.onnx",
				size_bytes: 66764249,
				sha256: "2d8c6cb8f415229daf1eb041024208e2608c9f98e17c81cc7c6ecb449c56fd58",
			},
		],
	},
	{
		id: "dpt_hybrid",
		kind: "depth",
		title: "DPT-Hybrid (MiDaS 3)",
		publisher: "Ranftl et al., Intel ISL; ONNX by Xenova",
		licence: "Apache-2.0",
		isNonCommercial: false,
		files: [
			{
				name: "dpt_hybrid_midas.onnx",
				url: `${HUGGING_FACE}/Xenova/dpt-hybrid-midas/resolve/main/onnx/model.onnx`,
				size_bytes: null,
				sha256: "2eca68239006c64af94bdfa68464f34d7627c3dca7bb02932636e616c55a39ff",
			},
		],
	},
	{
		id: "depth_anything_v2_base",
		kind: "depth",
		title: "Depth Anything V2 Base",
		publisher: "Yang et al.; ONNX by onnx-community",
		licence: "CC-BY-NC-4.0",
		isNonCommercial: true,
		files: [
			{
				name: "depth_anything_v2_base.onnx",
				url: `${HUGGING_FACE}/onnx-community/depth-anything-v2-base/resolve/main/onnx/model.onnx`,
				size_bytes: null,
				sha256: null,
			},
		],
	},
	{
		id: "depth_anything_v2_large",
		kind: "depth",
		title: "Depth Anything V2 Large",
		publisher: "Yang et al.; ONNX by onnx-community",
		licence: "CC-BY-NC-4.0",
		isNonCommercial: true,
		files: [
			{
				name: "depth_anything_v2_large.onnx",
				url: `${HUGGING_FACE}/onnx-community/depth-anything-v2-large/resolve/main/onnx/model.onnx`,
				size_bytes: null,
				sha256: null,
			},
		],
	},
];

/** The catalogue's model and file with a hash, or null. */
export function findByHash(sha256: string): { readonly model: CatalogueModel; readonly file: CatalogueFile } | null {
	for (const model of MODEL_CATALOGUE) {
		for (const file of model.files) if (file.sha256 === sha256) return { model, file };
	}
	return null;
}
