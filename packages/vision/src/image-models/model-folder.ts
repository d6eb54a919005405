import { join } from "node:path";
import { userDataDir } from "@anny-fitter/platform";

/** Environment variable that names the folder of segmentation and depth networks. */
export const VISION_MODELS_VARIABLE = "ANNY_FITTER_VISION_MODELS";

/** Folder of segmentation and depth networks: pulled ones in folders of their own, others wherever the user puts them. */
export function visionModelDir(): string {
	return process.env[VISION_MODELS_VARIABLE] || join(userDataDir(), "models", "vision");
}
