/** How a device is held, in degrees. */
export interface Tilt {
	/** Of the picture against the horizon; positive when the device must be turned clockwise. */
	readonly roll_deg: number;
	/** Of the rear camera's axis over the horizon. */
	readonly pitch_deg: number;
}

const DEG = Math.PI / 180;

/**
 * Tilt from the angles of a DeviceOrientationEvent (rotations about Z, X', Y'').
 *
 * @param screen_deg angle of the screen (`screen.orientation.angle`): how far the picture is turned in the device
 */
export function tiltOf(beta_deg: number, gamma_deg: number, screen_deg: number): Tilt {
	const [beta, gamma] = [beta_deg * DEG, gamma_deg * DEG];
	// The direction up in the device's axes: x to its right, y to its top, z out of the screen.
	const upX = -Math.cos(beta) * Math.sin(gamma);
	const upY = Math.sin(beta);
	const upZ = Math.cos(beta) * Math.cos(gamma);
	const roll = Math.atan2(upX, upY) / DEG - screen_deg;
	return {
		roll_deg: roll - 360 * Math.round(roll / 360),
		// The rear camera looks along −z.
		pitch_deg: -Math.asin(Math.max(-1, Math.min(1, upZ))) / DEG,
	};
}
