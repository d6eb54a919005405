import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import type { DoctorDocument, ModelDataDocument } from "@anny-fitter/contracts";
import { AppError } from "@anny-fitter/contracts";
import { makeFolder, openBodyModelData, userCacheDir } from "@anny-fitter/platform";
import { describeModelData } from "./build-body.js";
import type { FitProgress } from "./fit-progress.js";

export interface InspectOptions {
	/** Version of the program that asks. */
	readonly version: string;
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	readonly onProgress?: ((event: FitProgress) => void) | undefined;
}

type Check = DoctorDocument["checks"][number];

/** A fit needs about 0.8 GB; with less than this in the machine it may not get it. */
const COMFORTABLE_MEMORY_BYTES = 2e9;

/** Tries everything that a fit needs, one part at a time, and says what to do about what fails. Never throws. */
export async function inspectInstallation(options: InspectOptions): Promise<DoctorDocument> {
	const cacheDir = options.cacheDir ?? userCacheDir();
	const report = (stage: string, fraction: number, message: string) =>
		options.onProgress?.({ stage, fraction, message });
	const checks: Check[] = [checkMachine(), await checkCache(cacheDir)];
	report("body_model", 0.1, "Opening the body model");
	const body = await checkBodyModel(options.modelDataDir, cacheDir);
	checks.push(body.check);
	report("network_files", 0.4, "Verifying the neural networks");
	checks.push(await checkNetworkFiles());
	report("networks", 0.6, "Starting the neural networks");
	checks.push(await checkNetworks(cacheDir));
	return {
		schema_version: 1,
		ok: checks.every((check) => check.status !== "failed"),
		versions: {
			anny_fitter: options.version,
			node: process.versions.node,
			platform: `${process.platform}-${process.arch}`,
		},
		model_data: body.modelData,
		checks,
	};
}

function checkMachine(): Check {
	const memory = totalmem();
	const isEnough = memory >= COMFORTABLE_MEMORY_BYTES;
	return {
		id: "machine",
		title: "Machine",
		status: isEnough ? "ok" : "warning",
		detail: `${availableParallelism()} processor cores, ${(memory / 1e9).toFixed(1)} GB of memory`,
		remedy: isEnough ? null : "Close other programs before a fit, which needs about 0.8 GB.",
	};
}

async function checkCache(cacheDir: string): Promise<Check> {
	const base = { id: "cache", title: "Cache folder" };
	try {
		await makeFolder(cacheDir);
		const probe = await mkdtemp(join(cacheDir, "probe-"));
		await writeFile(join(probe, "file"), "");
		await rm(probe, { recursive: true });
		return { ...base, status: "ok", detail: cacheDir, remedy: null };
	} catch {
		return {
			...base,
			status: "warning",
			detail: `${cacheDir} cannot be written to, so every start takes some seconds longer`,
			remedy: "Set ANNY_FITTER_CACHE to a folder that you may write to.",
		};
	}
}

async function checkBodyModel(
	modelDataDir: string | undefined,
	cacheDir: string,
): Promise<{ check: Check; modelData: ModelDataDocument | null }> {
	const base = { id: "body_model", title: "Body model" };
	try {
		const opened = await openBodyModelData({ modelDataDir, cacheDir });
		const model = createBodyModel(opened.data, { allPhenotypes: true, localChanges: true });
		evaluateShape(createShapeState(model), model, { phenotypes: {} });
		const detail = `${opened.source.detail}, ${model.vertexCount} vertices, ${model.boneLabels.length} bones`;
		return { check: { ...base, status: "ok", detail, remedy: null }, modelData: describeModelData(opened, model) };
	} catch (error) {
		return { check: { ...base, ...failure(error) }, modelData: null };
	}
}

async function checkNetworkFiles(): Promise<Check> {
	const base = { id: "network_files", title: "Neural network files" };
	const { listVisionModels } = await import("@anny-fitter/vision");
	const files = await listVisionModels();
	const unusual = files.filter((file) => file.status !== "installed");
	if (unusual.length === 0) {
		return { ...base, status: "ok", detail: `${files.length} files, all as tested`, remedy: null };
	}
	return {
		...base,
		status: unusual.some((file) => file.status === "missing") ? "failed" : "warning",
		detail: unusual.map((file) => `${file.name} is ${file.status}`).join(", "),
		remedy: "Run `npm ci` in the project's folder to install them again.",
	};
}

async function checkNetworks(cacheDir: string): Promise<Check> {
	const base = { id: "networks", title: "Photo analysis" };
	try {
		const { HOLISTIC_TITLE, openVision } = await import("@anny-fitter/vision");
		const vision = await openVision({ cacheDir });
		try {
			// A grey picture shows nobody; that it is analysed without a failure is the point.
			const rgb = new Uint8Array(256 * 256 * 3).fill(128);
			await vision.analyse({ width: 256, height: 256, rgb });
		} finally {
			await vision.close();
		}
		const { models, start_ms, segmentation, depth } = vision.start;
		const detail =
			`${models.length} networks started in ${Math.round(start_ms)} ms; ` +
			`outlines by ${segmentation ?? HOLISTIC_TITLE}, depth ${depth === null ? "unavailable" : `by ${depth}`}`;
		return { ...base, status: "ok", detail, remedy: null };
	} catch (error) {
		return { ...base, ...failure(error) };
	}
}

function failure(error: unknown): Pick<Check, "status" | "detail" | "remedy"> {
	if (error instanceof AppError) return { status: "failed", detail: error.message, remedy: error.remedy };
	const text = error instanceof Error ? error.message : String(error);
	return {
		status: "failed",
		detail: text,
		remedy: "Run `npm ci` in the project's folder to install everything again.",
	};
}
