import {
	BufferAttribute,
	BufferGeometry,
	CircleGeometry,
	DirectionalLight,
	DynamicDrawUsage,
	HemisphereLight,
	Mesh,
	MeshBasicMaterial,
	MeshStandardMaterial,
	PerspectiveCamera,
	Scene,
	WebGLRenderer,
} from "three";
import { Line2 } from "three/addons/lines/Line2.js";
import { LineGeometry } from "three/addons/lines/LineGeometry.js";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { TAPES, type TapeId } from "./messages.js";
import { FRONT, listenToOrbit } from "./orbit.js";

const FIELD_OF_VIEW_DEG = 26;
/** Kept free for what stands over the picture: the pose's buttons below. */
const MARGINS_PX = { above: 18, below: 82 };

/** Draws the body and its tapes, only when something has changed. */
export class Viewer {
	readonly #renderer: WebGLRenderer;
	readonly #scene = new Scene();
	readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.1, 50);
	readonly #geometry = new BufferGeometry();
	readonly #skin = new MeshStandardMaterial({ roughness: 0.62, polygonOffset: true, polygonOffsetFactor: 2 });
	readonly #body = new Mesh(this.#geometry, this.#skin);
	readonly #ground = new Mesh(
		new CircleGeometry(0.62, 64),
		new MeshBasicMaterial({ transparent: true, opacity: 0.55 }),
	);
	readonly #tapes = new Map<TapeId, Line2>();
	#orbit = FRONT;
	#height = 1.7;
	#reach = 0.9;
	#floor = 0;
	#isDrawing = false;

	constructor(canvas: HTMLCanvasElement) {
		this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
		this.#scene.add(new HemisphereLight(0xffffff, 0x8d8a86, 1.7), light(-1.4, -2, 2.2, 2.2), light(2, -0.6, 1.2, 0.6));
		// three.js decides about smooth shading when it first draws, so it must have the normals by then.
		this.#body.visible = false;
		this.#scene.add(this.#body, this.#ground);
		this.#camera.up.set(0, 0, 1);
		for (const tape of TAPES) {
			const line = new Line2(new LineGeometry(), new LineMaterial({ linewidth: 3 }));
			line.visible = false;
			// Its bounds would be computed anew for every line.
			line.frustumCulled = false;
			this.#tapes.set(tape, line);
			this.#scene.add(line);
		}
		listenToOrbit(canvas, (orbit) => {
			this.#orbit = orbit;
			this.draw();
		});
		new ResizeObserver(() => this.#resize(canvas)).observe(canvas);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.takeColours());
		this.takeColours();
	}

	/** Colours are those of the style sheet. */
	takeColours(): void {
		const style = getComputedStyle(document.documentElement);
		const colour = (name: string): string => style.getPropertyValue(name).trim();
		this.#skin.color.set(colour("--skin"));
		this.#ground.material.color.set(colour("--ground"));
		for (const [tape, line] of this.#tapes) line.material.color.set(colour(`--${tape}`));
		this.draw();
	}

	setTriangles(triangles: Uint32Array): void {
		this.#geometry.setIndex(new BufferAttribute(triangles, 1));
	}

	setBody(positions: Float32Array, normals: Float32Array): void {
		for (const [name, values] of Object.entries({ position: positions, normal: normals })) {
			const attribute = this.#geometry.getAttribute(name) as BufferAttribute | undefined;
			if (attribute === undefined) {
				this.#geometry.setAttribute(name, new BufferAttribute(values, 3).setUsage(DynamicDrawUsage));
			} else {
				attribute.array.set(values);
				attribute.needsUpdate = true;
			}
		}
		this.#body.visible = true;
		this.#geometry.computeBoundingSphere();
		this.#geometry.computeBoundingBox();
		const { min, max } = this.#geometry.boundingBox!;
		this.#floor = min.z;
		this.#height = max.z - min.z;
		this.#reach = Math.max(-min.x, max.x);
		this.draw();
	}

	setTape(tape: TapeId, path: Float32Array): void {
		const line = this.#tapes.get(tape);
		if (line === undefined) return;
		const closed = new Float32Array(path.length + 3);
		closed.set(path);
		closed.set(path.subarray(0, 3), path.length);
		line.geometry.dispose();
		line.geometry = new LineGeometry().setPositions(closed);
		line.visible = true;
		this.draw();
	}

	/** In the next picture. */
	draw(): void {
		if (this.#isDrawing) return;
		this.#isDrawing = true;
		requestAnimationFrame(() => {
			this.#isDrawing = false;
			this.#placeCamera();
			this.#ground.position.z = this.#floor;
			this.#renderer.render(this.#scene, this.#camera);
		});
	}

	#placeCamera(): void {
		const { angle, tilt, distance } = this.#orbit;
		const half = Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360);
		const { clientWidth: width, clientHeight: height } = this.#renderer.domElement;
		const { above, below } = MARGINS_PX;
		// Of the picture's height so much is left for the body.
		const share = Math.max(0.4, (height - above - below) / height);
		const byHeight = (0.5 * this.#height) / (half * share);
		const byWidth = (1.22 * this.#reach) / (half * this.#camera.aspect);
		// In perspective the nearer half of the body looks larger.
		const far = distance * (Math.max(byHeight, byWidth) + 0.15);
		const middle = this.#floor + 0.5 * this.#height;
		this.#camera.setViewOffset(width, height, 0, (below - above) / 2, width, height);
		this.#camera.position.set(
			far * Math.sin(angle) * Math.cos(tilt),
			-far * Math.cos(angle) * Math.cos(tilt),
			middle + far * Math.sin(tilt),
		);
		this.#camera.lookAt(0, 0, middle);
	}

	#resize(canvas: HTMLCanvasElement): void {
		const { clientWidth, clientHeight } = canvas;
		if (clientWidth === 0 || clientHeight === 0) return;
		this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
		this.#renderer.setSize(clientWidth, clientHeight, false);
		this.#camera.aspect = clientWidth / clientHeight;
		this.#camera.updateProjectionMatrix();
		this.draw();
	}
}

function light(x: number, y: number, z: number, intensity: number): DirectionalLight {
	const out = new DirectionalLight(0xffffff, intensity);
	out.position.set(x, y, z);
	return out;
}
