import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BodyModelData } from "@anny-fitter/body-model";
import { createPhotoFitter } from "@anny-fitter/fitting";
import { createRandom, type RandomStream } from "@anny-fitter/math";
import { bodyVertices, createPersonModel, posePerson, shapePerson } from "./anny-person.js";
import { drawCamera } from "./camera.js";
import { createTailor, dressPerson, mapPerson, type Tailor } from "./dress.js";
import { developPhoto, drawPhotoFile, maskPng, silhouettePng } from "./image.js";
import { skinTexture } from "./makehuman.js";
import { drawPerson, type PersonWish } from "./people.js";
import { bodyMask, boundsOf, sceneOf, uniteMasks } from "./photograph.js";
import { drawStance, type SubjectView } from "./pose.js";
import type { Studio } from "./studio.js";
import { type SubjectTruth, subjectsIndex, subjectTruth, type ViewTruth } from "./truth.js";
import { type Clothing, drawLooks, drawOutfit, HAIR_COLOURS, type Looks } from "./wardrobe.js";

export interface SubjectsWish {
	readonly count: number;
	readonly seed: number;
	/** photos of each person with other stances, cameras, rooms and light; 1 draws everybody once */
	readonly retakes: number;
	/** null: front and side, and now and then another one */
	readonly views: readonly SubjectView[] | null;
	/** null: 60 % tight, 25 % regular, 15 % loose */
	readonly clothing: Clothing | null;
	/** the folder to write to */
	readonly out: string;
}

const SIZES = [
	[1200, 1600],
	[1200, 1600],
	[1080, 1440],
] as const;
/** Hues of chance that are not one another's multiples. */
const GOLDEN = 0.618_033_988_75;
const SILVER = 0.414_213_562_37;

/** The people of a set: who the i-th one is. */
export function personWish(i: number, seed: number): PersonWish {
	const isChild = i % 12 === 4 || i % 12 === 9;
	const place = (GOLDEN * (i + 1) + 0.37 * seed) % 1;
	return {
		sex: i % 4 === 0 || i % 4 === 3 ? "female" : "male",
		isChild,
		source: i % 2 === 0 ? "anny" : "population",
		// Average builds are frequent, all are there.
		bmi: isChild ? null : 17 + 19 * place ** 1.6,
	};
}

/** What the i-th person wears. */
export function clothingWish(i: number, seed: number): Clothing {
	const place = (SILVER * (i + 1) + 0.71 * seed) % 1;
	return place < 0.6 ? "tight" : place < 0.85 ? "regular" : "loose";
}

/** Which photos are taken of the i-th person. */
export function viewsWish(i: number): readonly SubjectView[] {
	if (i % 6 === 2) return ["front", "side", "back"];
	return i % 6 === 5 ? ["front", "side", "threequarter"] : ["front", "side"];
}

/** Streams of chance of their own for each place: a change in one part of a subject leaves the others as they are. */
export function stream(seed: number, ...places: readonly number[]): RandomStream {
	let mixed = scramble(seed);
	// Scrambled in between, so that a neighbour's place under another seed is no stream of ours.
	for (const place of places) mixed = scramble((Math.imul(mixed, 31) + place + 1) >>> 0);
	return createRandom(mixed);
}

/** MurmurHash3's final mix. */
function scramble(word: number): number {
	let mixed = (word + 0x9e3779b9) >>> 0;
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Draws subjects and writes photos, masks and truth.
 *
 * @param onSubject called after each with what was written
 */
export async function writeSubjects(
	data: BodyModelData,
	studio: Studio,
	wish: SubjectsWish,
	onSubject: (id: string, done: number, of: number) => void = () => {},
): Promise<void> {
	const model = createPersonModel(data);
	const fitter = createPhotoFitter(model.body);
	for (const folder of ["photos", "truth/masks"]) mkdirSync(join(wish.out, folder), { recursive: true });
	const subjects: SubjectTruth[] = [];
	for (let i = 0; i < wish.count; i++) {
		const person = drawPerson(stream(wish.seed, i, 1), fitter, personWish(i, wish.seed));
		const shape = shapePerson(model, person.shape);
		const looks = drawLooks(stream(wish.seed, i, 2), person);
		const map = mapPerson(model, shape);
		const clothing = wish.clothing ?? clothingWish(i, wish.seed);
		const outfit = drawOutfit(stream(wish.seed, i, 3), map, clothing, person.sex, person.age_years < 18);
		const tailor = createTailor(model, shape, map, outfit, looks, stream(wish.seed, i, 4));
		const skin = skinTexture(person.age_years, looks.heritage, person.sex);
		for (let retake = 0; retake < wish.retakes; retake++) {
			const name = `s${String(i + 1).padStart(2, "0")}`;
			const id = wish.retakes === 1 ? name : `${name}r${String(retake + 1).padStart(2, "0")}`;
			const views: ViewTruth[] = [];
			const asked = wish.views ?? viewsWish(i);
			const random = stream(wish.seed, i, 5, retake);
			const areArmsClose = random.uniform() < 0.15 && outfit.hangings.length === 0;
			for (const [k, view] of asked.entries()) {
				const seed = [wish.seed, i, 6, retake, k] as const;
				views.push(await takePhoto(studio, tailor, looks, skin, id, view, areArmsClose, seed, wish.out));
			}
			const subject: SubjectTruth = {
				id,
				set: `subjects-${wish.seed}`,
				seed: wish.seed,
				person,
				looks,
				tailor,
				skin: skin.replace(/^.*skins[\\/]([^\\/]+).*$/, "$1"),
				views,
			};
			writeTruth(subject, wish.out);
			subjects.push(subject);
			// After each: who stops early has a smaller set, and no broken one.
			const index = subjectsIndex(model, `subjects-${wish.seed}`, wish.seed, subjects, noteOf(wish));
			writeFileSync(join(wish.out, "index.json"), JSON.stringify(index));
			onSubject(id, subjects.length, wish.count * wish.retakes);
		}
	}
}

function noteOf({ retakes }: SubjectsWish): string {
	if (retakes === 1) return "every subject once";
	return "subjects of one number are retakes: same body, clothes, hair and shoes; other stance, camera, room and light";
}

async function takePhoto(
	studio: Studio,
	tailor: Tailor,
	looks: Looks,
	skin: string,
	id: string,
	view: SubjectView,
	areArmsClose: boolean,
	seed: readonly [number, number, number, number, number],
	out: string,
): Promise<ViewTruth> {
	const { model, shape } = tailor;
	const random = stream(...seed);
	const skeleton = { boneLabels: model.base.boneLabels, boneHeads: shape.boneHeads };
	const stance = drawStance(random, skeleton, view, areArmsClose);
	const posed = posePerson(model, shape, stance.rotations, stance.yaw_rad, tailor.sole_m);
	const parts = dressPerson(tailor, posed);
	const size = SIZES[Math.floor(SIZES.length * random.uniform())] ?? SIZES[0];
	const camera = drawCamera(random, everyPoint(parts), size);
	const colour = HAIR_COLOURS[looks.hairColour] ?? ([0.3, 0.2, 0.15] as const);
	const scene = await sceneOf(studio, parts, { skin, hair: colour }, camera, stream(...seed, 1));
	const drawn = await studio.draw(scene);
	const silhouette = bodyMask(model, posed, camera);
	const bits = new Uint8Array(Buffer.from(drawn.mask, "base64"));
	uniteMasks(bits, silhouette, camera.width);
	const file = drawPhotoFile(random, camera.equivalent_mm);
	const photo = await developPhoto(Buffer.from(drawn.photo, "base64"), file, Math.floor(2 ** 31 * random.uniform()));
	const truth: ViewTruth = {
		view,
		photo: `photos/${id}_${view}.jpg`,
		mask_body: `truth/masks/${id}_${view}.body.png`,
		mask_all: `truth/masks/${id}_${view}.all.png`,
		camera,
		file,
		yaw_rad: stance.yaw_rad,
		posed,
		bounds: boundsOf(bits, camera.width, camera.height),
	};
	writeFileSync(join(out, truth.photo), photo);
	writeFileSync(join(out, truth.mask_body), await silhouettePng(silhouette, camera.width, camera.height));
	writeFileSync(join(out, truth.mask_all), await maskPng(bits, camera.width, camera.height));
	return truth;
}

function everyPoint(parts: ReturnType<typeof dressPerson>): Float64Array {
	const out = new Float64Array(parts.reduce((sum, { surface }) => sum + surface.positions.length, 0));
	let at = 0;
	for (const { surface } of parts) {
		out.set(surface.positions, at);
		at += surface.positions.length;
	}
	return out;
}

function writeTruth(subject: SubjectTruth, out: string): void {
	const { model, shape } = subject.tailor;
	writeFileSync(join(out, "truth", `${subject.id}.json`), JSON.stringify(subjectTruth(subject)));
	const rest = Float32Array.from(bodyVertices(model, shape.vertices));
	writeFileSync(join(out, "truth", `${subject.id}.rest.bin`), Buffer.from(rest.buffer));
}
