import { readFileSync } from "node:fs";
import { applicationDocumentSchema, CONSENT_VERSION } from "@anny-fitter/contracts";
import { isLocalRequest } from "../auth/local-user.js";
import type { ApiDependencies } from "../dependencies.js";
import { MAX_PHOTOS } from "../fits/read-fit-upload.js";
import type { Api } from "../http/api-instance.js";

/** What a page must know before anybody has logged in. */
export async function registerApplicationRoutes(api: Api, { config }: ApiDependencies): Promise<void> {
	const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
	api.get(
		"/app",
		{
			config: { access: "public" },
			schema: {
				summary: "What this server is and what it takes",
				tags: ["app"],
				response: { 200: applicationDocumentSchema },
			},
		},
		async (request) => ({
			version,
			single_user: config.singleUser === true && isLocalRequest(request),
			max_photos: MAX_PHOTOS,
			max_photo_size_bytes: config.maxPhotoSize_bytes,
			max_upload_size_bytes: config.maxUploadSize_bytes,
			consent_version: CONSENT_VERSION,
			idle_logout_s: config.idleLogout_s ?? null,
		}),
	);
}
