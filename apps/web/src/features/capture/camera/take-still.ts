const JPEG_QUALITY = 0.95;

interface StillCamera {
	takePhoto(): Promise<Blob>;
}

/** A photo at the camera's full resolution where the browser can, else the present frame of the video. */
export async function takeStill(track: MediaStreamTrack, video: HTMLVideoElement): Promise<Blob> {
	const ImageCapture = (globalThis as { ImageCapture?: new (track: MediaStreamTrack) => StillCamera }).ImageCapture;
	if (ImageCapture !== undefined) {
		try {
			const photo = await new ImageCapture(track).takePhoto();
			if (photo.size > 0 && (photo.type === "image/jpeg" || photo.type === "image/png")) return photo;
		} catch {
			// Some cameras offer it and cannot do it.
		}
	}
	const canvas = document.createElement("canvas");
	canvas.width = video.videoWidth;
	canvas.height = video.videoHeight;
	canvas.getContext("2d")?.drawImage(video, 0, 0);
	const photo = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
	if (photo === null) throw new Error("The browser gave no picture.");
	return photo;
}
