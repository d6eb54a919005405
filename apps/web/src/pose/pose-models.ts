/** Addresses of the networks in ONNX form. build/pose-models.ts makes them and puts the real addresses in place of these. */

/** Finds people in a whole frame. */
export const POSE_DETECTION_URL: string = "";
/** Places 33 landmarks on one body. */
export const POSE_LANDMARKS_URL: string = "";
