import { useTranslation } from "react-i18next";
import { classNames } from "../../ui/class-names.js";
import { Notice } from "../../ui/notice.js";
import { SceneBoundary } from "./scene-boundary.js";
import { Viewer } from "./viewer.js";
import type { BodyViewerProps } from "./viewer-types.js";
import { hasWebGl } from "./web-gl.js";

/** A body in three dimensions, with its tapes, over its photos, beside another one. Load it lazily: three.js comes with it. */
export function BodyViewer(props: BodyViewerProps) {
	const { t } = useTranslation("viewer");
	const failure = (
		<div className={classNames("grid place-items-center p-4", props.className)}>
			<Notice kind="warn" title={t("noWebGl.title")}>
				<p>{t("noWebGl.text")}</p>
			</Notice>
		</div>
	);
	if (!hasWebGl()) return failure;
	return (
		<SceneBoundary fallback={failure}>
			<Viewer {...props} />
		</SceneBoundary>
	);
}
