import type { ColorRepresentation } from "three";
import { GreaterDepth, LessEqualDepth } from "three";
import { LineMaterial } from "three/examples/jsm/lines/LineMaterial.js";
import { LineSegments2 } from "three/examples/jsm/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/examples/jsm/lines/LineSegmentsGeometry.js";

export interface FatLineStyle {
	readonly colour: ColorRepresentation;
	readonly width_px: number;
	readonly opacity?: number;
	/** `visible`: what is in front; `hidden`: only what the body hides; `through`: everything. Default `visible`. */
	readonly part?: "visible" | "hidden" | "through";
}

/** Lines on the skin are drawn this much nearer to the eye, metres. */
const LIFT_M = 0.006;

/** Lines of a width in pixels; one draw call. */
export class FatLines {
	readonly object: LineSegments2;

	constructor(style: FatLineStyle) {
		const { part = "visible", opacity = 1 } = style;
		const material = new LineMaterial({
			color: style.colour,
			linewidth: style.width_px,
			transparent: true,
			opacity,
			depthWrite: false,
			depthTest: part !== "through",
			depthFunc: part === "hidden" ? GreaterDepth : LessEqualDepth,
		});
		// Towards the eye, so that the place in the picture stays.
		material.vertexShader = material.vertexShader.replace(
			/(vec4 end = modelViewMatrix \* vec4\( instanceEnd, 1\.0 \);)/,
			`$1\nstart.xyz *= 1.0 - ${LIFT_M} / length( start.xyz );\nend.xyz *= 1.0 - ${LIFT_M} / length( end.xyz );`,
		);
		this.object = new LineSegments2(new LineSegmentsGeometry(), material);
		this.object.frustumCulled = false;
		this.object.visible = false;
		this.object.renderOrder = part === "visible" ? 2 : 1;
	}

	/** @param segments [6n] pairs of points; an array of the same length takes the place of the last one */
	setSegments(segments: Float32Array): void {
		const { geometry } = this.object;
		this.object.visible = segments.length > 0;
		const present = geometry.getAttribute("instanceStart");
		if (present !== undefined && "data" in present && present.data.array.length === segments.length) {
			present.data.array.set(segments);
			present.data.needsUpdate = true;
			return;
		}
		geometry.dispose();
		this.object.geometry = new LineSegmentsGeometry();
		if (segments.length > 0) this.object.geometry.setPositions(segments);
	}

	setColour(colour: ColorRepresentation): void {
		this.object.material.color.set(colour);
	}

	dispose(): void {
		this.object.geometry.dispose();
		this.object.material.dispose();
	}
}

/** A polyline's segments behind one another. */
export function pathSegments(path: Float32Array, isClosed: boolean): number[] {
	const count = path.length / 3;
	const out: number[] = [];
	for (let i = 0; i + 1 < count + (isClosed ? 1 : 0); i++) {
		const from = 3 * i;
		const to = 3 * ((i + 1) % count);
		out.push(
			...[path[from], path[from + 1], path[from + 2], path[to], path[to + 1], path[to + 2]].map((value) => value ?? 0),
		);
	}
	return out;
}
