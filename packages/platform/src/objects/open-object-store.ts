import type { S3Config } from "../config/server-config.js";
import { type Log, silentLog } from "../observability/log.js";
import { FolderObjectStore } from "./folder-object-store.js";
import type { ObjectStore } from "./object-store.js";

export interface ObjectStoreOptions {
	/** A bucket; takes precedence over the folder. */
	readonly s3?: S3Config | undefined;
	/** Folder of the objects; made when missing. */
	readonly folder?: string | undefined;
	/** Age at which a bucket may remove objects by itself. Default one day. */
	readonly lifetime_ms?: number | undefined;
	readonly log?: Log | undefined;
}

/**
 * Opens the store and checks that it can be used.
 *
 * @throws AppError `invalid_configuration`, `service_unavailable` or `output_not_writable`
 */
export async function openObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
	if (options.s3 !== undefined) {
		// Its notice about future versions of Node is for whoever builds this program, not for who runs it.
		process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
		// The library is large; who has no bucket need not load it.
		const { S3ObjectStore } = await import("./s3-object-store.js");
		return S3ObjectStore.open(options.s3, {
			lifetime_ms: options.lifetime_ms ?? 86_400_000,
			log: options.log ?? silentLog,
		});
	}
	if (options.folder === undefined) throw new TypeError("an object store needs a bucket or a folder");
	return FolderObjectStore.open(options.folder);
}
