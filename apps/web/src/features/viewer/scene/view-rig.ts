import { PerspectiveCamera, Vector3 } from "three";
import type { StandardView } from "../viewer-types.js";
import {
	approach,
	eyeOf,
	FIELD_OF_VIEW,
	fit,
	look,
	type Orbit,
	pan,
	type Subject,
	turn,
	viewOf,
	zoom,
} from "./orbit.js";
import {
	type Insets,
	matrixOfPhotoCamera,
	type PictureSize,
	type PinholeCamera,
	placePhoto,
	projectionOfPhoto,
} from "./photo-camera.js";

/** One turn of the turntable. */
const TURN_S = 14;

/** The eye: where it is, where it is going, or which photo's camera it stands in. Kept outside React; changes per frame. */
export class ViewRig {
	readonly camera = new PerspectiveCamera((FIELD_OF_VIEW * 180) / Math.PI, 1, 0.05, 60);
	/** Stands where a photo's camera stood; matrices are set as a whole. */
	private readonly photoCamera = new PerspectiveCamera();
	private orbit: Orbit = look({ azimuth: 0, elevation: 0, distance: 5, target: [0, 0.85, 0] }, "three-quarter");
	private wanted: Orbit = this.orbit;
	private subject: Subject | null = null;
	private size: PictureSize = { width: 1, height: 1 };
	private insets: Insets = { top: 0, bottom: 0 };
	private photo: PinholeCamera | null = null;
	/** Whether the person has zoomed or panned, so that new bodies do not take that away. */
	private isFitted = true;
	isTurning = false;
	isMotionReduced = false;
	/** Asks for a frame. */
	requestFrame: () => void = () => {};
	/** Hears which standard view is gone to; null for any other. */
	onView: (view: StandardView | null) => void = () => {};
	/** Draws the scene once more, larger; null before the first frame. */
	capture: ((scale: number) => HTMLCanvasElement) | null = null;
	/** Where the first body stands in the scene, metres. */
	readonly offset = new Vector3();
	/** Where the second one stands. */
	readonly otherOffset = new Vector3();
	private readonly point = new Vector3();

	constructor() {
		this.photoCamera.matrixAutoUpdate = false;
	}

	get azimuth(): number {
		return this.orbit.azimuth;
	}

	get pictureSize(): PictureSize {
		return this.size;
	}

	/** From where the light should come: the eye's side of the body. */
	get lightAzimuth(): number {
		if (this.photo === null) return this.orbit.azimuth;
		this.point.setFromMatrixPosition(this.photoCamera.matrixWorld);
		return Math.atan2(this.point.x, this.point.z);
	}

	get activeCamera(): PerspectiveCamera {
		return this.photo === null ? this.camera : this.photoCamera;
	}

	turn(azimuth: number, elevation: number): void {
		this.go(turn(this.wanted, azimuth, elevation));
	}

	zoom(factor: number): void {
		this.isFitted = false;
		this.go(zoom(this.wanted, factor));
	}

	/** @param right CSS pixels that what is seen moves to the right */
	pan(right: number, down: number): void {
		this.isFitted = false;
		const metresPerPixel = (2 * this.wanted.distance * Math.tan(FIELD_OF_VIEW / 2)) / this.size.height;
		this.go(pan(this.wanted, -right * metresPerPixel, down * metresPerPixel));
	}

	look(view: StandardView): void {
		this.go(look(this.wanted, view));
	}

	/** Everything in the picture. */
	fit(): void {
		this.isFitted = true;
		if (this.subject === null) return;
		const { width, height } = this.size;
		const clear = Math.max(0.3, (height - this.insets.top - this.insets.bottom) / height);
		this.go(fit(this.wanted, this.subject, { aspect: width / height, clear }));
	}

	setSubject(subject: Subject): void {
		const isFirst = this.subject === null;
		this.subject = subject;
		if (this.isFitted) this.fit();
		if (isFirst) this.orbit = this.wanted;
	}

	setSize(size: PictureSize, insets: Insets): void {
		if (size.width < 1 || size.height < 1) return;
		this.size = size;
		this.insets = insets;
		if (this.isFitted) this.fit();
		this.orbit = this.wanted;
		this.requestFrame();
	}

	get isInPhoto(): boolean {
		return this.photo !== null;
	}

	/** Null: the eye is free again. */
	setPhoto(camera: PinholeCamera | null): void {
		this.photo = camera;
		this.requestFrame();
	}

	/** Goes on by a frame. @returns whether another one is needed */
	step(elapsed_ms: number): boolean {
		if (this.photo !== null) {
			const { photo, size, insets } = this;
			matrixOfPhotoCamera(this.photoCamera.matrix, photo);
			projectionOfPhoto(this.photoCamera.projectionMatrix, photo, placePhoto(photo, size, insets), size);
			this.photoCamera.projectionMatrixInverse.copy(this.photoCamera.projectionMatrix).invert();
			this.photoCamera.updateMatrixWorld(true);
			return false;
		}
		if (this.isTurning) this.wanted = turn(this.wanted, (elapsed_ms / 1000 / TURN_S) * 2 * Math.PI, 0);
		this.orbit = this.isMotionReduced ? this.wanted : approach(this.orbit, this.wanted, elapsed_ms);
		const { width, height } = this.size;
		this.camera.aspect = width / height;
		this.camera.setViewOffset(width, height, 0, (this.insets.bottom - this.insets.top) / 2, width, height);
		this.camera.position.set(...eyeOf(this.orbit));
		this.camera.lookAt(...this.orbit.target);
		this.camera.updateMatrixWorld(true);
		return this.isTurning || this.orbit !== this.wanted;
	}

	/** Where a point of the scene lies in the picture, CSS pixels; null behind the eye. */
	project(x: number, y: number, z: number): { x: number; y: number; depth: number } | null {
		const camera = this.activeCamera;
		const depth = -this.point.set(x, y, z).applyMatrix4(camera.matrixWorldInverse).z;
		if (depth <= 0) return null;
		this.point.applyMatrix4(camera.projectionMatrix);
		return {
			x: ((this.point.x + 1) / 2) * this.size.width,
			y: ((1 - this.point.y) / 2) * this.size.height,
			depth,
		};
	}

	/** {@link project} of a point of the first body in Anny's frame. */
	projectAnny(x: number, y: number, z: number): { x: number; y: number; depth: number } | null {
		return this.project(x + this.offset.x, z + this.offset.y, -y + this.offset.z);
	}

	private go(orbit: Orbit): void {
		this.wanted = orbit;
		this.onView(viewOf(orbit));
		this.requestFrame();
	}
}
