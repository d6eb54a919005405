import { type FromWorker, TAPES, type ToWorker } from "./messages.js";
import { Panel } from "./panel.js";
import type { PoseName } from "./poses.js";
import { Viewer } from "./viewer.js";

const find = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;

const app = find<HTMLElement>("#app");
const cover = find<HTMLElement>(".cover");
const bar = find<HTMLProgressElement>("progress");
const speed = find<HTMLElement>(".speed");
const viewer = new Viewer(find<HTMLCanvasElement>("canvas"));
const panel = new Panel(find<HTMLFormElement>("form"), evaluate);
const worker = new Worker(new URL("./body.worker.ts", import.meta.url), { type: "module" });

const CENTIMETRES = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const times_ms = { body: 0, tapes: 0 };
/** The worker has one request at a time; of those made meanwhile only the last counts. */
let running: number | null = null;
let isStale = false;
let nextId = 1;

function post(message: ToWorker): void {
	worker.postMessage(message);
}

function evaluate(): void {
	if (app.dataset.state !== "ready") return;
	if (running !== null) {
		isStale = true;
		return;
	}
	running = nextId++;
	const pose = find<HTMLInputElement>("input[name=pose]:checked").value as PoseName;
	post({ type: "evaluate", id: running, shape: panel.shape, pose });
}

function show(name: string, value: number, unit: string): void {
	const place = find<HTMLElement>(`[data-value=${name}]`);
	const text = CENTIMETRES.format(value);
	if (place.firstChild?.textContent === text) return;
	place.replaceChildren(text, Object.assign(document.createElement("small"), { textContent: ` ${unit}` }));
}

function showSpeed(): void {
	const { body, tapes } = times_ms;
	speed.textContent = `Last body: computed in ${body.toFixed(1)} ms, taped in ${tapes.toFixed(1)} ms, in a worker of this page`;
}

function fail(message: string): void {
	app.dataset.state = "failed";
	cover.setAttribute("role", "alert");
	find<HTMLElement>(".cover-text").textContent = message;
}

const answers: { [Type in FromWorker["type"]]: (message: Extract<FromWorker, { type: Type }>) => void } = {
	progress: ({ fraction }) => {
		if (fraction === null) bar.removeAttribute("value");
		else bar.value = fraction;
	},
	failed: ({ message }) => fail(message),
	loaded: ({ triangles }) => {
		viewer.setTriangles(triangles);
		app.dataset.state = "ready";
		evaluate();
	},
	body: ({ positions, normals, stature_m, mass_kg, time_ms }) => {
		running = null;
		if (isStale) {
			isStale = false;
			evaluate();
		}
		viewer.setBody(positions, normals);
		show("stature", 100 * stature_m, "cm");
		show("mass", mass_kg, "kg");
		times_ms.body = time_ms;
		app.dataset.bodies = String(Number(app.dataset.bodies ?? 0) + 1);
	},
	tapes: ({ girths_m, paths, time_ms }) => {
		for (const tape of TAPES) {
			viewer.setTape(tape, paths[tape]);
			show(tape, 100 * girths_m[tape], "cm");
		}
		times_ms.tapes = time_ms;
		showSpeed();
	},
};

worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => answers[data.type](data as never));
worker.addEventListener("error", ({ message }) =>
	fail(`The worker cannot run: ${message || "its script is missing"}.`),
);
find<HTMLElement>(".poses").addEventListener("change", evaluate);
post({ type: "load", asset: new URL("anny.bin", document.baseURI).href });
