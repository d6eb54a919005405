import { createHash, randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { AppError, type ExportFormat } from "@anny-fitter/contracts";
import type { Actor } from "@anny-fitter/platform/database";
import type { ApiDependencies } from "../dependencies.js";
import { buildMesh, type MeshOptions } from "./build-mesh.js";
import { measurementsCsv, modelDocument, type StoredModel } from "./model-documents.js";
import { noSuchModel } from "./read-model.js";
import { storedParams } from "./stored-model.js";

/** Where exports lie in the object store; then comes the user's id. */
export const EXPORT_PREFIX = "exports/";

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
	glb: "model/gltf-binary",
	obj: "model/obj",
	ply: "model/ply",
	stl: "model/stl",
	json: "application/json",
	csv: "text/csv; charset=utf-8",
};

export interface ExportOrder extends MeshOptions {
	readonly format: ExportFormat;
}

export interface StoredExport {
	readonly stream: Readable;
	readonly size_bytes: number;
	readonly expiresAt: Date;
}

/** Builds exports once and keeps them for a day. */
export class ExportStore {
	readonly #dependencies: ApiDependencies;
	/** Exports that are being built in this process, so that impatient clients do not build them twice. */
	readonly #building = new Map<string, Promise<void>>();

	constructor(dependencies: ApiDependencies) {
		this.#dependencies = dependencies;
	}

	/** @throws AppError `not_found` when the model was deleted meanwhile, `service_unavailable` */
	async open(actor: Actor, model: StoredModel, order: ExportOrder): Promise<StoredExport> {
		const stored = await this.#find(actor, model, order);
		this.#dependencies.metrics?.countCacheRead("export", stored !== null);
		if (stored !== null) return stored;
		await this.#buildOnce(actor, model, order);
		const built = await this.#find(actor, model, order);
		// Rows and files of exports go with their model.
		if (built === null) throw noSuchModel();
		return built;
	}

	async #find(actor: Actor, model: StoredModel, order: ExportOrder): Promise<StoredExport | null> {
		const { database, objects, now } = this.#dependencies;
		const row = await database.asUser(actor, (tx) =>
			tx
				.selectFrom("exports")
				.select(["object_key", "expires_at"])
				.where("user_id", "=", actor.userId)
				.where("model_id", "=", model.row.model_id)
				.where("format", "=", variant(model, order))
				.where("expires_at", ">", now())
				.orderBy("expires_at", "desc")
				.limit(1)
				.executeTakeFirst(),
		);
		if (row === undefined) return null;
		const object = await reach(() => objects.get(row.object_key));
		if (object === null) return null;
		return { ...object, expiresAt: row.expires_at };
	}

	#buildOnce(actor: Actor, model: StoredModel, order: ExportOrder): Promise<void> {
		const key = `${model.row.model_id}/${variant(model, order)}`;
		let building = this.#building.get(key);
		if (building === undefined) {
			building = this.#build(actor, model, order).finally(() => this.#building.delete(key));
			this.#building.set(key, building);
		}
		return building;
	}

	async #build(actor: Actor, model: StoredModel, order: ExportOrder): Promise<void> {
		const { database, objects, config, now } = this.#dependencies;
		const content = await this.#content(model, order);
		const { model_id } = model.row;
		const object_key = `${EXPORT_PREFIX}${actor.userId}/${model_id}/${randomUUID()}.${order.format}`;
		await reach(() => objects.put(object_key, content, { contentType: EXPORT_TYPES[order.format] }));
		try {
			await database.asUser(actor, (tx) =>
				tx
					.insertInto("exports")
					.values({
						user_id: actor.userId,
						model_id,
						format: variant(model, order),
						object_key,
						size_bytes: content.length,
						expires_at: new Date(now().getTime() + config.exportLifetime_ms),
					})
					.execute(),
			);
		} catch (error) {
			await removeExportFiles(this.#dependencies, [object_key]);
			throw isWithoutModel(error) ? noSuchModel() : error;
		}
	}

	async #content(model: StoredModel, { format, ...options }: ExportOrder): Promise<Buffer> {
		if (format === "json") return Buffer.from(`${JSON.stringify(modelDocument(model), null, 2)}\n`);
		if (format === "csv") return Buffer.from(measurementsCsv(model));
		const { services, config } = this.#dependencies;
		return buildMesh(services.visualization, storedParams(model.row), format, options, config.requestTimeout_ms);
	}
}

/** What tells exports of one model apart: format, options and, where that may change, the content. */
function variant(model: StoredModel, { format, frame, pose }: ExportOrder): string {
	if (format === "json") return `json.${digest(modelDocument(model))}`;
	if (format === "csv") return `csv.${digest(measurementsCsv(model))}`;
	// A GLB is Y up whatever was asked for.
	return format === "glb" ? `glb.${pose}` : `${format}.${frame}.${pose}`;
}

function digest(content: unknown): string {
	return createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 22);
}

/** Removes files whose rows are gone. Never throws: the sweeper finds files that no row knows. */
export async function removeExportFiles(
	{ objects, log }: Pick<ApiDependencies, "objects" | "log">,
	keys: readonly string[],
): Promise<void> {
	if (keys.length === 0) return;
	await objects.delete(keys).catch((error) => log.warn({ err: error }, "files of exports not removed yet"));
}

/** @throws AppError `service_unavailable` for whatever the object store throws */
async function reach<T>(call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (cause) {
		if (cause instanceof AppError) throw cause;
		throw new AppError("service_unavailable", "The store of exports does not answer.", { retryable: true, cause });
	}
}

/** The row of the model that the new row refers to is gone. */
function isWithoutModel(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "23503";
}
