/// <reference lib="dom" />
/** Runs in Chromium: draws scenes with three.js. Everything random happened before; the page adds nothing of its own. */
import * as THREE from "three";
import type { DrawnMaterial, DrawnMesh, DrawnPicture, DrawnScene } from "./scene.js";

const canvas = document.createElement("canvas");
document.body.append(canvas);
const renderer = new THREE.WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
renderer.setPixelRatio(1);
renderer.shadowMap.enabled = true;
renderer.shadowMap.type = THREE.PCFShadowMap;
renderer.toneMapping = THREE.ACESFilmicToneMapping;
const pictures = new Map<string, Promise<THREE.Texture>>();

function bytes(text: string): ArrayBuffer {
	const binary = atob(text);
	const out = new Uint8Array(binary.length);
	for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
	return out.buffer;
}

function base64(data: Uint8Array): string {
	let out = "";
	for (let i = 0; i < data.length; i += 0x8000) out += String.fromCharCode(...data.subarray(i, i + 0x8000));
	return btoa(out);
}

async function textureOf({ picture, pattern }: DrawnMaterial): Promise<THREE.Texture | null> {
	if (picture !== null) {
		let known = pictures.get(picture);
		if (known === undefined) {
			known = new THREE.TextureLoader().loadAsync(picture).then((texture) => {
				texture.colorSpace = THREE.SRGBColorSpace;
				texture.anisotropy = 4;
				return texture;
			});
			pictures.set(picture, known);
		}
		return known;
	}
	if (pattern === null) return null;
	const texture = new THREE.DataTexture(new Uint8Array(bytes(pattern.rgba)), pattern.size, pattern.size);
	texture.colorSpace = THREE.SRGBColorSpace;
	texture.wrapS = THREE.RepeatWrapping;
	texture.wrapT = THREE.RepeatWrapping;
	texture.repeat.set(1 / pattern.tile_m, 1 / pattern.tile_m);
	texture.magFilter = THREE.LinearFilter;
	texture.minFilter = THREE.LinearMipmapLinearFilter;
	texture.generateMipmaps = true;
	texture.anisotropy = 4;
	texture.needsUpdate = true;
	return texture;
}

async function addMesh(mesh: DrawnMesh, photo: THREE.Scene, mask: THREE.Scene): Promise<void> {
	const geometry = new THREE.BufferGeometry();
	geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array(bytes(mesh.positions)), 3));
	geometry.setAttribute("normal", new THREE.BufferAttribute(new Float32Array(bytes(mesh.normals)), 3));
	geometry.setAttribute("uv", new THREE.BufferAttribute(new Float32Array(bytes(mesh.uvs)), 2));
	geometry.setIndex(new THREE.BufferAttribute(new Uint32Array(bytes(mesh.indices)), 1));
	const { colour, roughness, alphaTest, isDoubleSided } = mesh.material;
	const map = await textureOf(mesh.material);
	const side = isDoubleSided ? THREE.DoubleSide : THREE.FrontSide;
	// Walls and floors fill the picture: the cheap material is good enough for them.
	const material = mesh.isPerson
		? new THREE.MeshStandardMaterial({ map, roughness, metalness: 0, alphaTest, side })
		: new THREE.MeshLambertMaterial({ map, alphaTest, side });
	material.color.setRGB(...colour, THREE.SRGBColorSpace);
	if (isDoubleSided) material.shadowSide = THREE.DoubleSide;
	const shown = new THREE.Mesh(geometry, material);
	shown.castShadow = true;
	shown.receiveShadow = true;
	shown.frustumCulled = false;
	photo.add(shown);
	if (!mesh.isPerson) return;
	const flat = new THREE.MeshBasicMaterial({ color: 0xffffff, alphaTest, side: THREE.DoubleSide });
	if (alphaTest > 0) flat.map = map;
	flat.onBeforeCompile = (shader) => {
		// White wherever it is drawn, whatever the texture's colour.
		shader.fragmentShader = shader.fragmentShader.replace("#include <opaque_fragment>", "gl_FragColor = vec4(1.0);");
	};
	flat.toneMapped = false;
	const outline = new THREE.Mesh(geometry, flat);
	outline.frustumCulled = false;
	mask.add(outline);
}

/** Image coordinates with (0, 0) at the corner of the first pixel, camera axes right, down, forward; near 0.05 m, far 60 m. */
function cameraOf({ width, height, focal_px, cameraFromWorld: m }: DrawnScene): THREE.Camera {
	const camera = new THREE.Camera();
	const [near, far] = [0.05, 60];
	camera.projectionMatrix.set(
		(2 * focal_px) / width,
		0,
		0,
		0,
		0,
		(2 * focal_px) / height,
		0,
		0,
		0,
		0,
		-(far + near) / (far - near),
		(-2 * far * near) / (far - near),
		0,
		0,
		-1,
		0,
	);
	camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
	const at = (i: number): number => m[i] ?? Number.NaN;
	const view = new THREE.Matrix4().set(
		at(0),
		at(1),
		at(2),
		at(3),
		-at(4),
		-at(5),
		-at(6),
		-at(7),
		-at(8),
		-at(9),
		-at(10),
		-at(11),
		0,
		0,
		0,
		1,
	);
	camera.matrixAutoUpdate = false;
	camera.matrix.copy(view).invert();
	camera.updateMatrixWorld(true);
	return camera;
}

function addLights({ lights }: DrawnScene, scene: THREE.Scene): void {
	for (const light of lights) {
		const colour = new THREE.Color().setRGB(...light.colour, THREE.SRGBColorSpace);
		if (light.kind === "sky") {
			const sky = new THREE.HemisphereLight(colour, new THREE.Color(0x8a7f74), light.intensity);
			sky.position.set(0, 0, 1);
			scene.add(sky);
			continue;
		}
		const lamp =
			light.kind === "sun"
				? new THREE.DirectionalLight(colour, light.intensity)
				: new THREE.PointLight(colour, light.intensity, 0, 2);
		lamp.position.set(...light.position);
		if (light.hasShadow && lamp instanceof THREE.DirectionalLight) {
			lamp.target.position.set(0, 0, 0.9);
			scene.add(lamp.target);
			lamp.castShadow = true;
			lamp.shadow.mapSize.set(2048, 2048);
			lamp.shadow.camera.left = -2.4;
			lamp.shadow.camera.right = 2.4;
			lamp.shadow.camera.top = 2.4;
			lamp.shadow.camera.bottom = -2.4;
			lamp.shadow.camera.far = 14;
			lamp.shadow.radius = 3;
			lamp.shadow.bias = -0.0004;
			lamp.shadow.normalBias = 0.012;
		}
		scene.add(lamp);
	}
}

function readMask(width: number, height: number, scene: THREE.Scene, camera: THREE.Camera): string {
	const target = new THREE.WebGLRenderTarget(width, height, { samples: 0 });
	renderer.setRenderTarget(target);
	renderer.setClearColor(0x000000, 1);
	renderer.clear();
	renderer.render(scene, camera);
	const pixels = new Uint8Array(4 * width * height);
	renderer.readRenderTargetPixels(target, 0, 0, width, height, pixels);
	renderer.setRenderTarget(null);
	target.dispose();
	const row = Math.ceil(width / 8);
	const bits = new Uint8Array(row * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const seen = (pixels[4 * ((height - 1 - y) * width + x)] ?? 0) > 127;
			if (seen) bits[y * row + (x >> 3)] = (bits[y * row + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
		}
	}
	return base64(bits);
}

async function draw(drawn: DrawnScene): Promise<DrawnPicture> {
	const { width, height } = drawn;
	const photo = new THREE.Scene();
	const outlines = new THREE.Scene();
	for (const mesh of drawn.meshes) await addMesh(mesh, photo, outlines);
	addLights(drawn, photo);
	photo.background = new THREE.Color().setRGB(...drawn.background, THREE.SRGBColorSpace);
	const camera = cameraOf(drawn);
	renderer.setSize(width, height, false);
	renderer.toneMappingExposure = drawn.exposure;
	const mask = readMask(width, height, outlines, camera);
	let picture = "";
	if (!drawn.isMaskOnly) {
		renderer.render(photo, camera);
		picture = canvas.toDataURL("image/png").slice("data:image/png;base64,".length);
	}
	for (const scene of [photo, outlines]) {
		scene.traverse((object) => {
			if (object instanceof THREE.DirectionalLight) object.dispose();
			if (!(object instanceof THREE.Mesh)) return;
			object.geometry.dispose();
			const { map } = object.material as THREE.MeshStandardMaterial;
			if (map instanceof THREE.DataTexture) map.dispose();
			(object.material as THREE.Material).dispose();
		});
	}
	return { photo: picture, mask };
}

Object.assign(window, { drawSubject: draw });
