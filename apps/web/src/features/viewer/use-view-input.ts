import { type RefObject, useEffect, useRef } from "react";
import type { ViewRig } from "./scene/view-rig.js";

/** A press that moves less is a click. */
const CLICK_PX = 6;
const RADIANS_PER_PX = 0.009;

export interface ViewInputHandlers {
	/** A click or tap; CSS pixels from the picture's corner. */
	readonly onTap: (at: { x: number; y: number }, isTouch: boolean) => void;
	/** The mouse rests somewhere; null when it left or a button is down. */
	readonly onHover: (at: { x: number; y: number } | null) => void;
	/** The person took hold of the view. */
	readonly onGrab: () => void;
}

/**
 * Mouse, pen and touch: one finger or the left button turns, two fingers or the right button (or Shift) move, pinch and
 * wheel zoom. Vertical strokes of one finger scroll the page (`touch-action: pan-y` on the element).
 */
export function useViewInput(element: RefObject<HTMLElement | null>, rig: ViewRig, handlers: ViewInputHandlers): void {
	const latest = useRef(handlers);
	latest.current = handlers;
	useEffect(() => {
		const target = element.current;
		if (target === null) return;
		const pointers = new Map<number, { x: number; y: number }>();
		let moved = 0;
		const at = (event: PointerEvent) => {
			const box = target.getBoundingClientRect();
			return { x: event.clientX - box.left, y: event.clientY - box.top };
		};
		const down = (event: PointerEvent) => {
			if (!isPicture(event.target)) return;
			if (pointers.size === 0) moved = 0;
			pointers.set(event.pointerId, at(event));
			target.setPointerCapture(event.pointerId);
			latest.current.onHover(null);
		};
		const move = (event: PointerEvent) => {
			const before = pointers.get(event.pointerId);
			const now = at(event);
			if (before === undefined) {
				if (event.pointerType === "mouse") latest.current.onHover(isPicture(event.target) ? now : null);
				return;
			}
			const [dx, dy] = [now.x - before.x, now.y - before.y];
			moved += Math.hypot(dx, dy);
			if (moved > CLICK_PX && !rig.isInPhoto) {
				latest.current.onGrab();
				const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
				if (other !== undefined) {
					rig.zoom(distance(other, before) / Math.max(1, distance(other, now)));
					rig.pan(dx / 2, dy / 2);
				} else if (event.buttons & 6 || event.shiftKey) rig.pan(dx, dy);
				else rig.turn(-dx * RADIANS_PER_PX, dy * RADIANS_PER_PX);
			}
			pointers.set(event.pointerId, now);
		};
		const up = (event: PointerEvent) => {
			const wasDown = pointers.delete(event.pointerId);
			if (wasDown && event.type === "pointerup" && moved <= CLICK_PX && event.button === 0) {
				latest.current.onTap(at(event), event.pointerType !== "mouse");
			}
		};
		const leave = () => latest.current.onHover(null);
		const wheel = (event: WheelEvent) => {
			if (rig.isInPhoto || !isPicture(event.target)) return;
			event.preventDefault();
			latest.current.onGrab();
			// A trackpad's pinch arrives as a wheel with Ctrl, in small steps; mice may count in lines.
			const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1);
			rig.zoom(Math.exp(Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0015)));
		};
		const menu = (event: Event) => {
			if (isPicture(event.target)) event.preventDefault();
		};
		const stop = new AbortController();
		const { signal } = stop;
		target.addEventListener("pointerdown", down, { signal });
		target.addEventListener("pointermove", move, { signal });
		target.addEventListener("pointerup", up, { signal });
		target.addEventListener("pointercancel", up, { signal });
		target.addEventListener("pointerleave", leave, { signal });
		target.addEventListener("wheel", wheel, { signal, passive: false });
		target.addEventListener("contextmenu", menu, { signal });
		return () => stop.abort();
	}, [element, rig]);
}

/** Controls lie over the picture; what happens on them is theirs. */
function isPicture(target: EventTarget | null): boolean {
	return target instanceof HTMLCanvasElement;
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
	return Math.hypot(a.x - b.x, a.y - b.y);
}
