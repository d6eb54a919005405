/**
 * Times the product on this machine: medians of repeated runs.
 *
 *   npm run speed -w @anny-fitter/benchmarks
 *   npm run speed -w @anny-fitter/benchmarks -- --model   the body model only
 *   npm run speed -w @anny-fitter/benchmarks -- --peers   the body model beside PyTorch, in turns
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { openFitEngine } from "@anny-fitter/pipeline";
import { decodePhoto, openVision } from "@anny-fitter/vision";
import { comparePeers, type Timing, timeModel } from "./speed-model.js";
import { median } from "./statistics.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sample = (name: string): Uint8Array => readFileSync(`${root}samples/${name}`);

async function time(repeats: number, work: () => Promise<unknown>): Promise<number> {
	await work();
	const times: number[] = [];
	for (let i = 0; i < repeats; i++) {
		const from = performance.now();
		await work();
		times.push(performance.now() - from);
	}
	return median(times);
}

const ms = (value: number): string => `${value.toFixed(value < 20 ? 2 : 0)} ms`;

/** A small program's wall time, in a fresh process. */
function coldStart(args: readonly string[], repeats: number): number {
	const times: number[] = [];
	for (let i = 0; i < repeats; i++) {
		const from = performance.now();
		const run = spawnSync(process.execPath, [`${root}apps/cli/dist/main.js`, ...args], { stdio: "ignore" });
		if (run.status !== 0) throw new Error(`anny-fitter ${args[0]} ended with exit code ${run.status}`);
		times.push(performance.now() - from);
	}
	return median(times);
}

async function timeVision(): Promise<Timing[]> {
	const vision = await openVision();
	const photo = await decodePhoto(sample("woman-front.jpg"));
	const decode = await time(7, () => decodePhoto(sample("woman-front.jpg")));
	const holistic = await time(9, () => vision.analyse(photo));
	await vision.close();
	return [
		{ what: `decoding a ${photo.original.width}×${photo.original.height} JPEG`, value: ms(decode), aim: "" },
		{ what: "MediaPipe Holistic per photo (heavy)", value: ms(holistic), aim: "" },
	];
}

async function timeFits(): Promise<Timing[]> {
	const engine = await openFitEngine();
	const stated = { stature_m: 1.7245, weight_kg: 71, age_years: 33, sex: "female" as const };
	const front = { bytes: sample("woman-front.jpg"), name: "woman-front.jpg" };
	const side = { bytes: sample("woman-side.jpg"), name: "woman-side.jpg" };
	const one = await time(5, () => engine.fit({ photos: [front], stated }));
	const two = await time(5, () => engine.fit({ photos: [front, side], stated }));
	const rss_mb = process.memoryUsage.rss() / 2 ** 20;
	await engine.close();
	return [
		{ what: "whole fit, one photo, warm", value: ms(one), aim: "≤ 1500 ms" },
		{ what: "whole fit, two photos, warm", value: ms(two), aim: "≤ 2500 ms" },
		{ what: "resident memory after the fits", value: `${rss_mb.toFixed(0)} MB`, aim: "≤ 1000 MB" },
	];
}

async function timeEverything(): Promise<Timing[]> {
	return [
		...(await timeModel()),
		...(await timeVision()),
		...(await timeFits()),
		{ what: "cold start of the command line (--version)", value: ms(coldStart(["--version"], 5)), aim: "" },
		{
			what: "cold start to a fitted body (one photo, GLB written)",
			value: ms(
				coldStart(
					[
						"fit",
						`${root}samples/woman-front.jpg`,
						"--height-cm",
						"172.4",
						"--weight-kg",
						"71",
						"--age-years",
						"33",
						"--sex",
						"female",
						"--out",
						`${root}out/speed`,
					],
					3,
				),
			),
			aim: "",
		},
	];
}

const args = process.argv.slice(2);
console.log(
	`Medians (minima) on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.version}.\n`,
);
if (args.includes("--peers")) {
	for (const line of await comparePeers(3)) console.log(line);
} else {
	const timings = args.includes("--model") ? await timeModel() : await timeEverything();
	console.log("| what | measured | aim |\n| --- | --- | --- |");
	for (const t of timings) console.log(`| ${t.what} | ${t.value} | ${t.aim} |`);
}
