import { useTranslation } from "react-i18next";
import type { ViewDocument } from "../../api/types.js";
import { ToolSelect } from "./controls.js";
import type { PoseChoice, ViewerState } from "./viewer-state.js";
import type { StandardView } from "./viewer-types.js";

export const STANDARD_VIEWS: readonly StandardView[] = ["front", "back", "left", "right", "three-quarter"];

/** From where, and in which pose. */
export function ViewMenus({
	state,
	views,
	onView,
	onPose,
}: {
	readonly state: ViewerState;
	readonly views: readonly ViewDocument[];
	readonly onView: (view: StandardView) => void;
	readonly onPose: (pose: PoseChoice) => void;
}) {
	const { t } = useTranslation("viewer");
	return (
		<>
			<ToolSelect
				name={t("view.label")}
				value={state.view ?? "free"}
				options={[
					...STANDARD_VIEWS.map((view) => ({ value: view as string, label: t(`view.${view}`) })),
					{ value: "free", label: t("view.free"), isHidden: true },
				]}
				onChange={(view) => onView(view as StandardView)}
			/>
			<ToolSelect
				name={t("pose.label")}
				value={String(state.pose)}
				options={[
					{ value: "rest", label: t("pose.rest") },
					{ value: "t", label: t("pose.t") },
					...views.map((view, i) => ({
						value: String(i),
						label: t("pose.photo", { number: i + 1, direction: t(`direction.${view.direction}`) }),
					})),
				]}
				onChange={(pose) => onPose(pose === "rest" || pose === "t" ? pose : Number(pose))}
			/>
		</>
	);
}
