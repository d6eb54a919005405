import { Camera, ImagePlus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { classNames } from "../../ui/class-names.js";
import { Notice } from "../../ui/notice.js";
import { refusedPhoto } from "./draft.js";
import { useDraft } from "./draft-store.js";
import { PhotoPicture } from "./figures/photo-picture.js";
import { photoLimits, type RefusedFile, takeFiles } from "./photo-actions.js";
import { ACCEPTED } from "./photo-files.js";
import { PhotoGuide } from "./photo-guide.js";
import { PhotoTile } from "./photo-tile.js";
import { StepTitle } from "./step-title.js";
import { usePageFiles } from "./use-page-files.js";

const CameraDialog = lazy(() =>
	import("./camera/camera-dialog.js").then((module) => ({ default: module.CameraDialog })),
);

/** Photos: dropped, pasted, picked or taken here. They stay in the browser until the fit starts. */
export function PhotosStep() {
	const { t } = useTranslation("capture");
	const photos = useDraft(({ draft }) => draft.photos);
	const isSample = useDraft(({ draft }) => draft.sample !== null);
	const [refused, setRefused] = useState<readonly RefusedFile[]>([]);
	const [isCameraOpen, setCameraOpen] = useState(false);
	const picker = useRef<HTMLInputElement>(null);
	const take = async (files: Iterable<File>) => setRefused(await takeFiles([...files]));
	const isDragging = usePageFiles((files) => void take(files));
	const pick = () => picker.current?.click();
	const { max_photos, max_photo_size_bytes } = photoLimits();
	const isFull = photos.length >= max_photos && refusedPhoto(photos) === null;
	const missing = isSample
		? []
		: (["front", "side"] as const)
				.filter((view) => !photos.some(({ label }) => label === view))
				.slice(0, Math.max(0, 2 - photos.length));
	return (
		<Card title={<StepTitle number={2}>{t("photos.title")}</StepTitle>}>
			<div className="grid gap-4">
				{!isSample && <p className="text-ink-soft">{t("photos.text")}</p>}
				<ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4">
					{photos.map((photo, position) => (
						<PhotoTile key={photo.id} photo={photo} position={position} count={photos.length} onRefused={setRefused} />
					))}
					{missing.map((view) => (
						<EmptySlot key={view} view={view} onPick={pick}>
							{t(view === "front" ? "photos.addFront" : "photos.addSide")}
						</EmptySlot>
					))}
				</ul>
				<div className="flex flex-wrap gap-2">
					<Button
						icon={<Camera aria-hidden="true" className="size-5" />}
						disabled={isFull}
						onClick={() => setCameraOpen(true)}
					>
						{t("photos.camera")}
					</Button>
					<Button icon={<ImagePlus aria-hidden="true" className="size-5" />} disabled={isFull} onClick={pick}>
						{t("photos.choose")}
					</Button>
				</div>
				<input
					ref={picker}
					type="file"
					name="photos"
					accept={ACCEPTED}
					multiple
					hidden
					aria-label={t("photos.choose")}
					onChange={(event) => {
						const files = [...(event.target.files ?? [])];
						event.target.value = "";
						void take(files);
					}}
				/>
				{refused.length > 0 && (
					<Notice kind="bad" title={t("refused.title", { count: refused.length })}>
						<ul className="grid gap-1">
							{refused.map(({ name, problem }) => (
								<li key={name}>
									<span className="font-medium break-all">{name}</span>:{" "}
									{t(`refused.${problem}`, {
										count: max_photos,
										megabytes: Math.floor(max_photo_size_bytes / 1_000_000),
									})}
								</li>
							))}
						</ul>
					</Notice>
				)}
				<PhotoGuide />
			</div>
			<div
				aria-hidden="true"
				className={classNames(
					"pointer-events-none fixed inset-3 z-40 place-items-center rounded-card border-4 border-dashed border-accent bg-surface/85 text-xl font-semibold text-accent",
					isDragging ? "grid" : "hidden",
				)}
			>
				{t("photos.drop")}
			</div>
			{isCameraOpen && (
				<Suspense>
					<CameraDialog onClose={() => setCameraOpen(false)} />
				</Suspense>
			)}
		</Card>
	);
}

/** Where a photo is missing, with a drawing of how it should look. */
function EmptySlot({
	view,
	onPick,
	children,
}: {
	readonly view: "front" | "side";
	readonly onPick: () => void;
	readonly children: ReactNode;
}) {
	return (
		<li>
			<button
				type="button"
				onClick={onPick}
				className="group block w-full overflow-hidden rounded-lg border-2 border-dashed border-line-strong hover:border-accent"
			>
				<PhotoPicture scene={view} className="w-full opacity-70 transition-opacity group-hover:opacity-100" />
				<span className="block px-2 py-2.5 text-sm font-medium">{children}</span>
			</button>
		</li>
	);
}
