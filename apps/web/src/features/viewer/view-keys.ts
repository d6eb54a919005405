import type { KeyboardEvent } from "react";
import type { ViewRig } from "./scene/view-rig.js";
import { STANDARD_VIEWS } from "./view-menus.js";
import type { ViewerState } from "./viewer-state.js";
import type { ViewerActions } from "./viewer-toolbar.js";

const STEP = Math.PI / 18;
const STEP_PX = 30;

/** Keys of the view while the picture has the focus. */
export function handleViewKey(
	event: KeyboardEvent,
	rig: ViewRig,
	state: ViewerState,
	actions: ViewerActions & { readonly deselect: () => void; readonly colour: () => void },
): void {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const { change } = actions;
	const arrow = ARROWS[event.key];
	const view = STANDARD_VIEWS[Number(event.key) - 1];
	if (arrow !== undefined && !rig.isInPhoto) {
		const [right, down] = arrow;
		change({ isTurning: false });
		if (event.shiftKey) rig.pan(right * STEP_PX, down * STEP_PX);
		else rig.turn(right * STEP, -down * STEP);
	} else if (view !== undefined) {
		change({ photo: null, isTurning: false });
		rig.look(view);
	} else {
		const run = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
		if (run === undefined) return;
		run(rig, state, actions);
	}
	event.preventDefault();
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

type Run = (
	rig: ViewRig,
	state: ViewerState,
	actions: ViewerActions & { readonly deselect: () => void; readonly colour: () => void },
) => void;

const KEYS: Readonly<Record<string, Run>> = {
	"+": (rig) => rig.zoom(1 / 1.2),
	"=": (rig) => rig.zoom(1 / 1.2),
	"-": (rig) => rig.zoom(1.2),
	Home: (_rig, _state, { fit }) => fit(),
	Escape: (_rig, _state, { deselect }) => deselect(),
	t: (_rig, { hasTapes }, { change }) => change({ hasTapes: !hasTapes }),
	s: (_rig, { hasSkeleton }, { change }) => change({ hasSkeleton: !hasSkeleton }),
	w: (_rig, { isWireframe }, { change }) => change({ isWireframe: !isWireframe }),
	u: (_rig, _state, { colour }) => colour(),
	p: (_rig, _state, { togglePhoto }) => togglePhoto(),
	r: (_rig, _state, { toggleTurning }) => toggleTurning(),
	f: (_rig, _state, { toggleFullscreen }) => toggleFullscreen(),
	c: (_rig, _state, { save }) => save(),
	"?": (_rig, _state, { help }) => help(),
};
