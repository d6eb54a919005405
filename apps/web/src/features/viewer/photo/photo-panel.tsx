import { ImagePlus } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { ViewDocument } from "../../../api/types.js";
import { classNames } from "../../../ui/class-names.js";
import { Segmented } from "../../../ui/segmented.js";
import { Panel, ToolSelect } from "../controls.js";
import type { ViewerState } from "../viewer-state.js";
import type { ViewPhotos } from "./use-view-photos.js";

/** Which of several photos lies under the body. */
export function PhotoSelect({
	shown,
	views,
	change,
}: {
	readonly shown: number;
	readonly views: readonly ViewDocument[];
	readonly change: (part: Partial<ViewerState>) => void;
}) {
	const { t } = useTranslation("viewer");
	const nameOf = usePhotoName(views);
	if (views.length < 2) return null;
	return (
		<ToolSelect
			name={t("photo.which")}
			value={String(shown)}
			options={views.map((_, i) => ({ value: String(i), label: nameOf(i) }))}
			onChange={(value) => change({ photo: Number(value), pose: Number(value) })}
		/>
	);
}

/** How much of the photo and of the body over it is seen, and the photo itself where this browser has it no more. */
export function PhotoPanel({
	shown,
	views,
	photos,
	state,
	change,
}: {
	readonly shown: number;
	readonly views: readonly ViewDocument[];
	readonly photos: ViewPhotos;
	readonly state: ViewerState;
	readonly change: (part: Partial<ViewerState>) => void;
}) {
	const { t } = useTranslation("viewer");
	const id = useId();
	const nameOf = usePhotoName(views);
	const isWanting = !photos.isKnown || photos.problem !== null;
	return (
		<Panel label={t("photo.label")} isWide>
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				{photos.picture !== null && (
					<Segmented
						legend={t("photo.blend")}
						isLegendHidden
						value={state.blend}
						options={[
							{ value: "opacity", label: t("photo.opacity") },
							{ value: "wipe", label: t("photo.wipe") },
						]}
						onChange={(blend) => change({ blend })}
					/>
				)}
				{photos.picture !== null && (
					<div className="flex min-w-32 flex-1 items-center gap-3">
						<label htmlFor={id} className="text-ink-soft">
							{t("photo.amount")}
						</label>
						<input
							id={id}
							type="range"
							min={0}
							max={100}
							value={Math.round(100 * state.blendValue)}
							onChange={(event) => change({ blendValue: Number(event.target.value) / 100 })}
							className="h-11 min-w-0 flex-1 accent-accent"
						/>
					</div>
				)}
				{isWanting && (
					<label className="inline-flex min-h-11 min-w-0 flex-1 items-center gap-2 rounded-lg border border-line-strong px-3 font-medium has-focus-visible:outline-3 has-focus-visible:outline-focus hover:bg-sunken">
						<ImagePlus aria-hidden="true" className="size-5 shrink-0" />
						<span className="truncate">{t("photo.choose", { name: views[shown]?.photo ?? nameOf(shown) })}</span>
						<input
							type="file"
							accept="image/*"
							className="sr-only"
							onChange={(event) => {
								const file = event.target.files?.[0];
								if (file !== undefined) photos.choose(file);
								event.target.value = "";
							}}
						/>
					</label>
				)}
			</div>
			{isWanting && (
				<p
					role={photos.problem === null ? undefined : "alert"}
					className={classNames("mt-1.5 leading-snug", photos.problem !== null && "text-bad")}
				>
					{photos.problem === null ? t("photo.missing") : t(`photo.problem.${photos.problem}`)}
				</p>
			)}
		</Panel>
	);
}

function usePhotoName(views: readonly ViewDocument[]): (position: number) => string {
	const { t } = useTranslation("viewer");
	return (position) =>
		t("photo.option", { number: position + 1, direction: t(`direction.${views[position]?.direction ?? "front"}`) });
}
