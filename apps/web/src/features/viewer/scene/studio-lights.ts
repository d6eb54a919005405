import { DirectionalLight, Group, HemisphereLight } from "three";

/** A large soft key from the upper left, a fill from the right, light from behind for the outline. Stands with the eye. */
export function createStudioLights(): Group {
	const lights = new Group();
	lights.add(new HemisphereLight(0xffffff, 0x8d8a86, 1.9));
	lights.add(directional(-1.2, 1.6, 2.0, 2.1));
	lights.add(directional(1.8, 0.4, 1.2, 0.5));
	lights.add(directional(0.6, 1.4, -2.2, 0.7));
	return lights;
}

function directional(x: number, y: number, z: number, intensity: number): DirectionalLight {
	const light = new DirectionalLight(0xffffff, intensity);
	light.position.set(x, y, z);
	return light;
}
