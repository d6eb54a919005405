import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { hashFile } from "./inspect-file.js";
import type { CatalogueFile, CatalogueModel } from "./model-catalogue.js";

export interface PullOptions {
	/** Folder of segmentation and depth networks. */
	readonly folder: string;
	/** For files whose hash the catalogue does not know; refused where it does and says otherwise. */
	readonly sha256?: string | undefined;
	/** Whether a licence without commercial use is accepted. */
	readonly acceptsLicence?: boolean;
	/** Folder on another server that has the files under their names, instead of the publisher's addresses. */
	readonly mirror?: string | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Called about ten times a second. */
	readonly onProgress?: ((progress: PullProgress) => void) | undefined;
	/** Waiting times before the next attempt after one that brought nothing; for tests. */
	readonly retryAfter_ms?: readonly number[];
	/** After so long without a byte an attempt ends; for tests. */
	readonly stall_ms?: number;
}

export interface PullProgress {
	readonly file: string;
	readonly received_bytes: number;
	/** Null until the server says it. */
	readonly total_bytes: number | null;
}

export interface PulledFile {
	readonly path: string;
	readonly size_bytes: number;
	readonly sha256: string;
	/** False when it was there already, as it should be. */
	readonly isNew: boolean;
}

const RETRY_AFTER_MS = [500, 1000, 2000, 4000];
const STALL_MS = 30_000;
const PROGRESS_MS = 100;
/** No network for a person's outline or depth is larger. */
const MAX_BYTES = 4e9;

/**
 * Fetch a model's files into its folder. What an earlier attempt left is continued; files get their names only when their
 * hash is right. Proxies that the environment names are used (`HTTPS_PROXY`, `NO_PROXY`).
 *
 * @throws AppError `invalid_argument` without a hash or without consent to the licence, `model_hash_mismatch`,
 *   `download_failed` (retryable), `output_not_writable`, `cancelled`
 */
export async function pullModel(model: CatalogueModel, options: PullOptions): Promise<PulledFile[]> {
	const wanted = expectedHashes(model, options);
	const pulled: PulledFile[] = [];
	for (const [i, file] of model.files.entries()) {
		pulled.push(await pullFile(model, file, wanted[i] as string, options));
	}
	return pulled;
}

function expectedHashes(model: CatalogueModel, { sha256, acceptsLicence }: PullOptions): string[] {
	if (model.isNonCommercial && acceptsLicence !== true) {
		throw new AppError("invalid_argument", `${model.title} is licensed under ${model.licence}: no commercial use.`, {
			remedy: "If that suits your use, add --accept-licence; the other networks have no such limit.",
		});
	}
	if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
		throw new AppError("invalid_argument", "A SHA-256 hash has 64 hexadecimal digits.", {
			remedy: "Copy the hash from the publisher's page.",
		});
	}
	return model.files.map((file) => {
		const known = file.sha256 ?? sha256?.toLowerCase();
		if (known === undefined) {
			throw new AppError("invalid_argument", `The hash of ${model.title} is not known to this program.`, {
				remedy: `Look it up at ${new URL(file.url).origin} and give it with --sha256.`,
			});
		}
		if (sha256 !== undefined && known !== sha256.toLowerCase()) {
			throw new AppError("invalid_argument", `The stated hash is not the known one of ${file.name}.`, {
				remedy: "Leave --sha256 out.",
			});
		}
		return known;
	});
}

async function pullFile(
	model: CatalogueModel,
	file: CatalogueFile,
	sha256: string,
	options: PullOptions,
): Promise<PulledFile> {
	const path = join(options.folder, model.id, file.name);
	const present = await sizeOf(path);
	if (present !== null && (await hashFile(path, options.signal)) === sha256) {
		return { path, size_bytes: present, sha256, isNew: false };
	}
	const part = `${path}.part`;
	try {
		await mkdir(dirname(path), { recursive: true });
		const url = options.mirror === undefined ? file.url : `${options.mirror.replace(/\/+$/, "")}/${file.name}`;
		await download(requireAddress(url), part, file, options);
		if ((await hashFile(part, options.signal)) !== sha256) {
			await rm(part, { force: true });
			throw new AppError("model_hash_mismatch", `The file that came for ${file.name} does not have the right hash.`);
		}
		await rename(part, path);
	} catch (error) {
		throw asAppError(error, options.signal);
	}
	return { path, size_bytes: (await sizeOf(path)) ?? 0, sha256, isNew: true };
}

async function sizeOf(path: string): Promise<number | null> {
	return stat(path).then(
		(file) => file.size,
		() => null,
	);
}

function requireAddress(url: string): string {
	if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
	throw new AppError("invalid_argument", "The mirror is not an http or https address.", {
		remedy: "Name it like https://mirror.example/models.",
	});
}

/** An attempt failed in a way that the next one may not. */
class AttemptError extends Error {
	override readonly name = "AttemptError";
}

async function download(url: string, part: string, file: CatalogueFile, options: PullOptions): Promise<void> {
	const { signal, retryAfter_ms = RETRY_AFTER_MS } = options;
	const { EnvHttpProxyAgent } = await import("undici");
	const dispatcher = new EnvHttpProxyAgent();
	try {
		for (let failures = 0; ; ) {
			const before = (await sizeOf(part)) ?? 0;
			try {
				await attempt(url, part, file, options, dispatcher);
				return;
			} catch (error) {
				if (signal?.aborted || !isTransient(error)) throw error;
				// An attempt that brought something starts the count again.
				failures = ((await sizeOf(part)) ?? 0) > before ? 0 : failures + 1;
				const wait_ms = retryAfter_ms[Math.max(failures - 1, 0)];
				if (wait_ms === undefined || failures > retryAfter_ms.length) throw unreachable(url, file, error);
				await pause(wait_ms, signal);
			}
		}
	} finally {
		await dispatcher.destroy();
	}
}

/** One request: from where the partial file ends to the end of the file. */
async function attempt(
	url: string,
	part: string,
	file: CatalogueFile,
	{ signal, onProgress, stall_ms = STALL_MS }: PullOptions,
	dispatcher: import("undici").Dispatcher,
): Promise<void> {
	const { fetch } = await import("undici");
	const stall = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const restartTimer = () => {
		clearTimeout(timer);
		timer = setTimeout(() => stall.abort(new AttemptError("the server sends nothing")), stall_ms);
	};
	let from = (await sizeOf(part)) ?? 0;
	restartTimer();
	try {
		const response = await fetch(url, {
			// Lengths and ranges are those of the file itself.
			headers: { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
			signal: signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]),
			dispatcher,
		});
		if (response.status === 416) {
			// Nothing beyond what is there: either all of it, which the hash tells, or another file.
			if (response.headers.get("content-range") === `bytes */${from}`) return;
			await rm(part, { force: true });
			throw new AttemptError("the partial file does not belong to this one");
		}
		if (response.status !== 200 && response.status !== 206) {
			const isTemporary = response.status >= 500 || response.status === 408 || response.status === 429;
			if (isTemporary) throw new AttemptError(`the server answers ${response.status}`);
			throw refused(url, file, response.status);
		}
		const start = response.status === 206 ? rangeStart(response.headers.get("content-range")) : 0;
		if (start !== from) {
			if (start !== 0) throw new AttemptError("the server sends another part than it was asked for");
			from = 0;
		}
		const length = Number(response.headers.get("content-length") ?? Number.NaN);
		const total = Number.isInteger(length) ? from + length : file.size_bytes;
		if ((file.size_bytes !== null && total !== file.size_bytes) || (total ?? 0) > MAX_BYTES) {
			await rm(part, { force: true });
			throw new AppError("model_hash_mismatch", `The server offers another file than ${file.name}: its size is wrong.`);
		}
		const out = await open(part, from === 0 ? "w" : "a");
		try {
			let received = from;
			let reported = 0;
			for await (const chunk of response.body ?? []) {
				restartTimer();
				received += (chunk as Uint8Array).length;
				if (received > (total ?? MAX_BYTES)) throw new AttemptError("the server sends more than it said");
				await out.write(chunk as Uint8Array);
				if (performance.now() - reported < PROGRESS_MS && received !== total) continue;
				reported = performance.now();
				onProgress?.({ file: file.name, received_bytes: received, total_bytes: total });
			}
			if (total !== null && received < total) throw new AttemptError("the connection was cut");
		} finally {
			await out.close();
		}
	} catch (error) {
		// Undici hides the reason of an abort.
		throw stall.signal.aborted ? stall.signal.reason : error;
	} finally {
		clearTimeout(timer);
	}
}

function rangeStart(contentRange: string | null): number | null {
	const match = /^bytes (\d+)-/.exec(contentRange ?? "");
	return match === null ? null : Number(match[1]);
}

/** Broken connections come as TypeErrors of fetch, or as socket errors while the body is read. */
function isTransient(error: unknown): boolean {
	if (error instanceof AppError) return false;
	if (error instanceof AttemptError || error instanceof TypeError) return true;
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	return code.startsWith("UND_ERR") || ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNREFUSED"].includes(code);
}

function unreachable(url: string, file: CatalogueFile, cause: unknown): AppError {
	return new AppError("download_failed", `${file.name} could not be fetched from ${new URL(url).host}.`, {
		retryable: true,
		cause,
	});
}

function refused(url: string, file: CatalogueFile, status: number): AppError {
	return new AppError("download_failed", `${new URL(url).host} answers ${status} for ${file.name}.`, {
		remedy: `Fetch it by hand from ${url} and put it into the models folder, or use --mirror.`,
		details: { status },
	});
}

function pause(time_ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, time_ms);
		signal?.addEventListener("abort", done, { once: true });
	});
}

function asAppError(error: unknown, signal: AbortSignal | undefined): unknown {
	if (error instanceof AppError) return error;
	if (signal?.aborted) {
		return new AppError("cancelled", "The download was cancelled; it can be continued.", { cause: error });
	}
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	if (["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC", "EDQUOT"].includes(code)) {
		const isFull = code === "ENOSPC" || code === "EDQUOT";
		return new AppError("output_not_writable", "The models folder cannot be written to.", {
			...(isFull ? { remedy: "Free space on the disk." } : {}),
			cause: error,
		});
	}
	return error;
}
