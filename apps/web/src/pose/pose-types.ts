/** Values per body landmark: x, y, z in pixels, visibility, presence 0…1. */
export const LANDMARK_STRIDE = 5;

/** MediaPipe's numbers of the landmarks that the checks use. Sides are the person's. */
export const LANDMARK = {
	nose: 0,
	leftEar: 7,
	rightEar: 8,
	leftShoulder: 11,
	rightShoulder: 12,
	leftElbow: 13,
	rightElbow: 14,
	leftWrist: 15,
	rightWrist: 16,
	leftHip: 23,
	rightHip: 24,
	leftKnee: 25,
	rightKnee: 26,
	leftAnkle: 27,
	rightAnkle: 28,
	leftHeel: 29,
	rightHeel: 30,
	leftToe: 31,
	rightToe: 32,
} as const;

/** Brightness of a frame, 0 black … 1 white. */
export interface FrameLight {
	readonly mean: number;
	/** Part of the pixels that are nearly black. */
	readonly dark: number;
	/** Part of the pixels that are nearly white. */
	readonly bright: number;
}

/** A body as the pose networks place it. */
export interface SeenBody {
	/** [33 * 5] in pixels of the frame; (0, 0) is the upper left corner. */
	readonly landmarks: ArrayLike<number>;
	/** [33 * 3] metres from the hips: x right in the image, y down, z away from the camera. */
	readonly world: ArrayLike<number>;
}

/** Frames are scaled down to this longer side: twice what the networks see of a body that fills the frame. */
export const FRAME_LONG_SIDE_PX = 512;

/** What one frame of the camera, or one photo, shows. */
export interface PoseFrame {
	readonly width: number;
	readonly height: number;
	readonly body: SeenBody | null;
	/** People seen when the whole frame was last searched. */
	readonly peopleCount: number;
	readonly light: FrameLight;
	/** Time the networks took. */
	readonly inference_ms: number;
}

/** Which side of the body a photo shows, as fits are told. */
export type ViewLabel = "front" | "side" | "back" | "three-quarter";
export const VIEW_LABELS = ["front", "side", "back", "three-quarter"] as const satisfies readonly ViewLabel[];
