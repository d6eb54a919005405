/** Where the eye stands: about the body's axis, a little above or below, nearer or farther. */
export interface Orbit {
	readonly angle: number;
	readonly tilt: number;
	/** 1: the whole body fits. */
	readonly distance: number;
}

export const FRONT: Orbit = { angle: 0.45, tilt: 0.08, distance: 1 };

const KEYS: Readonly<Record<string, (orbit: Orbit) => Orbit>> = {
	ArrowLeft: (orbit) => ({ ...orbit, angle: orbit.angle - 0.12 }),
	ArrowRight: (orbit) => ({ ...orbit, angle: orbit.angle + 0.12 }),
	ArrowUp: (orbit) => tilted(orbit, 0.08),
	ArrowDown: (orbit) => tilted(orbit, -0.08),
	"+": (orbit) => moved(orbit, 0.9),
	"=": (orbit) => moved(orbit, 0.9),
	"-": (orbit) => moved(orbit, 1.1),
	Home: () => FRONT,
};

function tilted(orbit: Orbit, by: number): Orbit {
	return { ...orbit, tilt: Math.min(1.2, Math.max(-0.5, orbit.tilt + by)) };
}

function moved(orbit: Orbit, by: number): Orbit {
	return { ...orbit, distance: Math.min(1.6, Math.max(0.35, orbit.distance * by)) };
}

/** Turns the view by mouse, finger, wheel and keys. A finger that moves up or down still scrolls the page. */
export function listenToOrbit(canvas: HTMLCanvasElement, onChange: (orbit: Orbit) => void): void {
	let orbit = FRONT;
	let last: { readonly x: number; readonly y: number } | null = null;
	const change = (next: Orbit): void => {
		orbit = next;
		onChange(orbit);
	};
	canvas.addEventListener("pointerdown", (event) => {
		last = { x: event.clientX, y: event.clientY };
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener("pointermove", ({ clientX: x, clientY: y, pointerType }) => {
		if (last === null) return;
		const turned = { ...orbit, angle: orbit.angle - 0.009 * (x - last.x) };
		change(pointerType === "touch" ? turned : tilted(turned, 0.006 * (y - last.y)));
		last = { x, y };
	});
	for (const type of ["pointerup", "pointercancel"] as const) {
		canvas.addEventListener(type, () => {
			last = null;
		});
	}
	canvas.addEventListener(
		"wheel",
		(event) => {
			// Without a key the wheel belongs to the page.
			if (!event.ctrlKey && !event.metaKey) return;
			event.preventDefault();
			change(moved(orbit, Math.exp(0.002 * event.deltaY)));
		},
		{ passive: false },
	);
	canvas.addEventListener("keydown", (event) => {
		const act = KEYS[event.key];
		if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		change(act(orbit));
	});
}
