let isAvailable: boolean | null = null;

/** Whether this browser can draw in 3D at the moment. */
export function hasWebGl(): boolean {
	if (isAvailable === null) {
		const context = document.createElement("canvas").getContext("webgl2");
		isAvailable = context !== null;
		// Browsers allow only a few contexts at a time.
		context?.getExtension("WEBGL_lose_context")?.loseContext();
	}
	return isAvailable;
}
