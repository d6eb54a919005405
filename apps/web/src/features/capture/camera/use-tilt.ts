import { type RefObject, useEffect, useRef } from "react";
import { type Tilt, tiltOf } from "../../../pose/tilt.js";
import type { Facing } from "./use-camera.js";

interface AskingEvent {
	requestPermission?: () => Promise<"granted" | "denied">;
}

/** How the device is held, as its sensors say; null where they do not, as on most desktops. */
export function useTilt(facing: Facing): RefObject<Tilt | null> {
	const tilt = useRef<Tilt | null>(null);
	useEffect(() => {
		tilt.current = null;
		const listen = ({ beta, gamma }: DeviceOrientationEvent) => {
			if (beta === null || gamma === null) return;
			const { roll_deg, pitch_deg } = tiltOf(beta, gamma, screen.orientation?.angle ?? 0);
			// The front camera looks the other way.
			tilt.current = { roll_deg, pitch_deg: facing === "user" ? -pitch_deg : pitch_deg };
		};
		// Safari asks the person; without permission the body in the picture says what is upright.
		const asking = globalThis.DeviceOrientationEvent as AskingEvent | undefined;
		void asking?.requestPermission?.().catch(() => undefined);
		addEventListener("deviceorientation", listen);
		return () => removeEventListener("deviceorientation", listen);
	}, [facing]);
	return tilt;
}
