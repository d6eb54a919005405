import { ChevronLeft, ChevronRight, FileImage, RefreshCw, Trash2, TriangleAlert } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { VIEW_LABELS, type ViewLabel } from "../../pose/pose-types.js";
import { Button, IconButton } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";
import { Select } from "../../ui/field.js";
import { toast } from "../../ui/toasts.js";
import { useObjectUrl } from "../../ui/use-object-url.js";
import { type DraftPhoto, labelPhoto, movePhoto, removePhoto, restorePhoto } from "./draft.js";
import { changeDraft } from "./draft-store.js";
import { exchangePhoto, type RefusedFile } from "./photo-actions.js";
import { ACCEPTED } from "./photo-files.js";

/** A photo of the draft: how it looks, which view it shows, what is doubtful about it, and what can be done with it. */
export function PhotoTile({
	photo,
	position,
	count,
	onRefused,
}: {
	readonly photo: DraftPhoto;
	readonly position: number;
	readonly count: number;
	readonly onRefused: (refused: readonly RefusedFile[]) => void;
}) {
	const { t } = useTranslation("capture");
	const { t: common } = useTranslation();
	const picker = useRef<HTMLInputElement>(null);
	const number = position + 1;
	const remove = () => {
		changeDraft(({ photos }) => ({ photos: removePhoto(photos, photo.id) }));
		const undo = () => {
			changeDraft(({ photos }) => ({ photos: restorePhoto(photos, photo, position) }));
			forget();
		};
		const forget = toast(t("photos.removed", { number }), { label: common("undo"), run: undo });
	};
	const move = (by: number) => changeDraft(({ photos }) => ({ photos: movePhoto(photos, photo.id, by) }));
	const label = photo.label === null ? t("views.unknown") : t(`views.${photo.label}`);
	return (
		<li className="grid min-w-0 content-start gap-2">
			<div className="relative">
				<PhotoPreview photo={photo} name={t("photos.alt", { number, view: label })} />
				<IconButton
					label={t("photos.remove", { number })}
					className="absolute end-1 top-1 bg-surface/85 hover:bg-surface"
					onClick={remove}
				>
					<Trash2 aria-hidden="true" className="size-5" />
				</IconButton>
			</div>
			<Select
				aria-label={t("photos.viewOf", { number })}
				value={photo.label ?? ""}
				onChange={(event) => {
					const chosen = VIEW_LABELS.find((view) => view === event.target.value) ?? null;
					changeDraft(({ photos }) => ({ photos: labelPhoto(photos, photo.id, chosen) }));
				}}
			>
				{VIEW_LABELS.map((view: ViewLabel) => (
					<option key={view} value={view}>
						{t(`views.${view}`)}
					</option>
				))}
				<option value="">{t("views.unknown")}</option>
			</Select>
			{photo.concern !== null && (
				<p
					className={classNames("flex gap-1.5 text-sm font-medium", photo.concern.isRefused ? "text-bad" : "text-warn")}
				>
					<TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
					<ConcernText code={photo.concern.code} />
				</p>
			)}
			{photo.concern?.isRefused ? (
				<Button
					icon={<RefreshCw aria-hidden="true" className="size-4.5" />}
					aria-label={t("photos.replace", { number })}
					onClick={() => picker.current?.click()}
				>
					{t("photos.replaceShort")}
				</Button>
			) : (
				<div className="flex justify-between">
					<IconButton
						label={t("photos.moveBack", { number })}
						className={classNames(count === 1 && "invisible")}
						disabled={position === 0}
						onClick={() => move(-1)}
					>
						<ChevronLeft aria-hidden="true" className="size-5" />
					</IconButton>
					<IconButton label={t("photos.replace", { number })} onClick={() => picker.current?.click()}>
						<RefreshCw aria-hidden="true" className="size-4.5" />
					</IconButton>
					<IconButton
						label={t("photos.moveOn", { number })}
						className={classNames(count === 1 && "invisible")}
						disabled={number === count}
						onClick={() => move(1)}
					>
						<ChevronRight aria-hidden="true" className="size-5" />
					</IconButton>
				</div>
			)}
			<input
				ref={picker}
				type="file"
				accept={ACCEPTED}
				hidden
				onChange={async (event) => {
					const file = event.target.files?.[0];
					event.target.value = "";
					const refused = file === undefined ? null : await exchangePhoto(photo.id, file);
					onRefused(refused === null ? [] : [refused]);
				}}
			/>
		</li>
	);
}

function ConcernText({ code }: { readonly code: string }) {
	const { t, i18n } = useTranslation("capture");
	return <span>{t(i18n.exists(`capture:concerns.${code}`) ? `concerns.${code}` : "concerns.other")}</span>;
}

/** The photo, or a sheet of paper where this browser cannot read the format, as HEIC in most. */
function PhotoPreview({ photo, name }: { readonly photo: DraftPhoto; readonly name: string }) {
	const { t } = useTranslation("capture");
	const url = useObjectUrl(photo.file);
	const [unreadable, setUnreadable] = useState<Blob | null>(null);
	const frame = classNames(
		"aspect-3/4 w-full overflow-hidden rounded-lg bg-sunken ring-1",
		photo.concern?.isRefused ? "ring-2 ring-bad" : "ring-line",
	);
	if (unreadable === photo.file) {
		return (
			<div
				role="img"
				aria-label={name}
				className={classNames(frame, "grid place-content-center gap-2 p-3 text-center")}
			>
				<FileImage aria-hidden="true" className="mx-auto size-8 text-ink-soft" />
				<span className="text-sm break-all">{photo.name}</span>
				<span className="text-sm text-ink-soft">{t("photos.noPreview")}</span>
			</div>
		);
	}
	return (
		<div className={frame}>
			{url !== null && (
				<img src={url} alt={name} className="size-full object-contain" onError={() => setUnreadable(photo.file)} />
			)}
		</div>
	);
}
