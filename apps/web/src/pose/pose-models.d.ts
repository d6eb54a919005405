/** Addresses of the networks that the build converts (build/pose-models.ts). */
declare module "virtual:pose-models" {
	/** Finds people in a whole frame; ONNX. */
	export const POSE_DETECTION_URL: string;
	/** Places 33 landmarks on one body; ONNX. */
	export const POSE_LANDMARKS_URL: string;
}
