import type { ModelDocument } from "../../api/types.js";
import type { BodyPose } from "../../body/body-types.js";
import type { PoseChoice } from "./viewer-state.js";

const REST: BodyPose = { kind: "rest" };
const T_POSE: BodyPose = { kind: "t" };

/** The pose behind a choice; the rest pose for a photo that the model does not have. */
export function poseOf(choice: PoseChoice, model: ModelDocument): BodyPose {
	if (choice === "t") return T_POSE;
	const view = choice === "rest" ? undefined : model.views[choice];
	return view === undefined ? REST : { kind: "given", bones: view.pose };
}
