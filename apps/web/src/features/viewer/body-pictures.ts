import { BufferGeometry, Group, Mesh, NeutralToneMapping, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { queryClient } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { openBodyClient } from "../../body/body-client.js";
import type { BodyTape } from "../../body/body-types.js";
import { restMeshQuery } from "./rest-mesh.js";
import { type BodySurface, createBodyMaterial, updateBodyGeometry } from "./scene/body-geometry.js";
import { FatLines } from "./scene/fat-lines.js";
import { boundsOf, WORLD_FROM_ANNY } from "./scene/frame.js";
import { GroundShadow } from "./scene/ground-shadow.js";
import { eyeOf, FIELD_OF_VIEW, fit, look } from "./scene/orbit.js";
import { readSceneColours } from "./scene/scene-colours.js";
import { createStudioLights } from "./scene/studio-lights.js";
import { isHeight, tapeSegments } from "./scene/tape-paths.js";
import { shapeOf } from "./use-shown-body.js";
import type { StandardView } from "./viewer-types.js";
import { hasWebGl } from "./web-gl.js";

export interface BodyPictureOptions {
	/** Draws all tapes; needs the body model (some 12 MB, once). Default: without. */
	readonly hasTapes?: boolean;
	/** For paper: the light scheme's colours, whatever the page's. Default: the page's. */
	readonly isForPrint?: boolean;
}

const PRINT_COLOURS = { body: "#c9cdd1", tape: "#d4541a" } as const;

/**
 * Pictures of the resting body with a transparent background, three quarters as wide as high.
 *
 * @param size_px their height
 * @returns blob addresses in the order of `views`, which the caller revokes; none where there is no WebGL
 */
export async function renderBodyPictures(
	model: ModelDocument,
	views: readonly StandardView[],
	size_px: number,
	options: BodyPictureOptions = {},
): Promise<string[]> {
	if (!hasWebGl()) return [];
	const [surface, tapes] = await Promise.all([
		queryClient.fetchQuery(restMeshQuery(model.model_id)),
		options.hasTapes ? tapesOf(model) : [],
	]);
	const studio = createStudio(surface, tapes, options.isForPrint ? PRINT_COLOURS : readSceneColours());
	const renderer = new WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
	try {
		renderer.toneMapping = NeutralToneMapping;
		renderer.setClearColor(0x000000, 0);
		renderer.setSize(Math.round(0.75 * size_px), size_px, false);
		const addresses: string[] = [];
		for (const view of views) {
			studio.draw(renderer, view);
			addresses.push(await addressOf(renderer.domElement));
		}
		return addresses;
	} finally {
		studio.dispose();
		renderer.dispose();
		renderer.forceContextLoss();
	}
}

async function tapesOf(model: ModelDocument): Promise<readonly BodyTape[]> {
	const client = await openBodyClient();
	return (await client.tapes(shapeOf(model), { kind: "rest" }, `picture-${model.model_id}`)) ?? [];
}

interface Studio {
	draw(renderer: WebGLRenderer, view: StandardView): void;
	dispose(): void;
}

function createStudio(
	surface: BodySurface,
	tapes: readonly BodyTape[],
	colours: { readonly body: string; readonly tape: string },
): Studio {
	const { min, max } = boundsOf(surface.positions);
	const mesh = new Mesh(new BufferGeometry(), createBodyMaterial());
	updateBodyGeometry(mesh.geometry, surface);
	mesh.material.color.set(colours.body);
	const shadow = new GroundShadow();
	shadow.update(surface.positions);
	shadow.mesh.material.opacity = 0.4;
	const lines = new FatLines({ colour: colours.tape, width_px: 2, opacity: 0.9 });
	lines.setSegments(tapeSegments(tapes.filter(({ id }) => !isHeight(id))));
	const body = new Group().add(shadow.mesh, mesh, lines.object);
	body.matrixAutoUpdate = false;
	body.matrix.copy(WORLD_FROM_ANNY).setPosition(0, -min[2], 0);
	const lights = createStudioLights();
	const scene = new Scene().add(body, lights);
	const camera = new PerspectiveCamera((FIELD_OF_VIEW * 180) / Math.PI, 0.75, 0.05, 60);
	const half = (max[2] - min[2]) / 2;
	const subject = {
		centre: [0, half, 0] as const,
		halfHeight_m: half,
		halfWidth_m: Math.max(Math.abs(min[0]), Math.abs(max[0])),
	};
	const start = fit({ azimuth: 0, elevation: 0, distance: 5, target: subject.centre }, subject, {
		aspect: 0.75,
		clear: 0.96,
	});
	return {
		draw(renderer, view) {
			const orbit = look(start, view);
			camera.position.set(...eyeOf(orbit));
			camera.lookAt(...orbit.target);
			lights.rotation.y = orbit.azimuth;
			renderer.render(scene, camera);
		},
		dispose() {
			mesh.geometry.dispose();
			mesh.material.dispose();
			shadow.dispose();
			lines.dispose();
		},
	};
}

function addressOf(canvas: HTMLCanvasElement): Promise<string> {
	return new Promise((resolve, reject) =>
		canvas.toBlob(
			(blob) =>
				blob === null ? reject(new Error("The browser gave no picture.")) : resolve(URL.createObjectURL(blob)),
			"image/png",
		),
	);
}
