import { AppError } from "@anny-fitter/contracts";
import type { PhotoVault } from "@anny-fitter/platform/vault";
import type { ApiDependencies } from "../dependencies.js";
import type { StoredFitRequest } from "./create-fit-session.js";

/** Whether another process can read the photos of this one: it shares the secret and the place. */
export function photosOutliveProcess({ config, vault }: Pick<ApiDependencies, "config" | "vault">): boolean {
	return config.vaultSecret !== undefined && vault.kind !== "memory";
}

/**
 * Whether all photos of a session are there and this process can read them.
 *
 * @throws AppError when the vault does not answer, which says nothing of the photos
 */
export async function arePhotosReadable(vault: PhotoVault, sessionId: string, request: unknown): Promise<boolean> {
	const { photo_count } = request as StoredFitRequest;
	try {
		for (let index = 0; index < photo_count; index++) (await vault.load(sessionId, index)).fill(0);
		return photo_count > 0;
	} catch (error) {
		if (error instanceof AppError && error.code === "photos_lost") return false;
		throw error;
	}
}
