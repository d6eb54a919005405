/**
 * Looks at drawn subjects as the product does: whether a pose is found in each photo, whether the mask agrees with what was drawn,
 * and how far the landmarks are from the true joints.
 *
 *   npm run check-subjects -w @anny-fitter/benchmarks -- DIR
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openVision } from "@anny-fitter/vision";
import sharp from "sharp";
import { median } from "../statistics.js";
import { loadSyntheticSubjects, observe, type SyntheticView } from "../synthetic-subjects.js";

/** MediaPipe's landmarks and the bones whose heads they are near. */
const JOINTS = [
	[11, "upperarm01.L"],
	[12, "upperarm01.R"],
	[13, "lowerarm01.L"],
	[14, "lowerarm01.R"],
	[25, "lowerleg01.L"],
	[26, "lowerleg01.R"],
	[27, "foot.L"],
	[28, "foot.R"],
] as const;

interface Seen {
	readonly photo: string;
	readonly isFound: boolean;
	readonly iou: number;
	/** median over the joints, share of the person's height in the photo */
	readonly joint: number;
}

async function look(folder: string, view: SyntheticView, vision: Parameters<typeof observe>[0]): Promise<Seen> {
	const photo = view.file.slice(folder.length).replace(/^[\\/]*/, "");
	const seen = await observe(vision, view).catch((error: unknown) => {
		console.log(`${photo}: ${error instanceof Error ? error.message : error}`);
		return null;
	});
	if (seen === null) return { photo, isFound: false, iou: 0, joint: 1 };
	const path = join(folder, photo.replace(/^photos/, "truth/masks").replace(/\.jpg$/, ".all.png"));
	const { data, info } = await sharp(readFileSync(path))
		.toColourspace("b-w")
		.raw()
		.toBuffer({ resolveWithObject: true });
	let [both, either, top, bottom] = [0, 0, info.height, 0];
	for (let i = 0; i < info.width * info.height; i++) {
		const truth = (data[i * info.channels] ?? 0) > 127;
		const found = (seen.mask?.[i] ?? 0) > 0.5;
		if (truth && found) both++;
		if (truth || found) either++;
		if (!truth) continue;
		top = Math.min(top, Math.floor(i / info.width));
		bottom = Math.floor(i / info.width);
	}
	const errors = JOINTS.flatMap(([k, bone]) => {
		const [x, y] = view.boneHeads_px.get(bone) ?? [];
		const mark = seen.body.subarray(5 * k, 5 * k + 2);
		if (x === undefined || y === undefined) return [];
		return [Math.hypot((mark[0] ?? 0) - x, (mark[1] ?? 0) - y) / (bottom - top)];
	});
	return { photo, isFound: true, iou: both / either, joint: median(errors) };
}

async function main(): Promise<void> {
	const folder = process.argv[2];
	const subjects = folder === undefined ? null : loadSyntheticSubjects(folder);
	if (folder === undefined || subjects === null) {
		console.error("Name a folder of drawn subjects: npm run check-subjects -w @anny-fitter/benchmarks -- DIR");
		process.exitCode = 1;
		return;
	}
	const vision = await openVision();
	const all: Seen[] = [];
	for (const view of subjects.flatMap(({ views }) => views)) {
		const seen = await look(folder, view, vision);
		all.push(seen);
		const doubt = seen.isFound && seen.iou > 0.9 ? "" : "  ← look";
		console.log(`${seen.photo}  IoU ${seen.iou.toFixed(3)}  joints ${(100 * seen.joint).toFixed(1)} %${doubt}`);
	}
	await vision.close();
	const found = all.filter(({ isFound }) => isFound).length;
	const above = all.filter(({ iou }) => iou > 0.9).length;
	console.log(
		`\nPose found in ${found} of ${all.length}; IoU with the drawn mask: median ${median(all.map(({ iou }) => iou)).toFixed(3)}, above 0.9 in ${above}; joints: median ${(100 * median(all.map(({ joint }) => joint))).toFixed(1)} % of the person's height.`,
	);
}

await main();
