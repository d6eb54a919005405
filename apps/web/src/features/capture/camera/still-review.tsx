import { Check, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ViewLabel } from "../../../pose/pose-types.js";
import { Button, Spinner } from "../../../ui/button.js";
import { useObjectUrl } from "../../../ui/use-object-url.js";
import { inspectPhoto, type PhotoFindings } from "../inspect-photo.js";

/** The photo that was taken: use it or take it again. */
export function StillReview({
	photo,
	view,
	taken,
	onRetake,
	onUse,
}: {
	readonly photo: Blob;
	readonly view: ViewLabel;
	/** Views that are there already. */
	readonly taken: readonly (ViewLabel | null)[];
	readonly onRetake: () => void;
	/** `isLast`: no other view is wanted. */
	readonly onUse: (isLast: boolean) => void;
}) {
	const { t, i18n } = useTranslation("capture");
	const url = useObjectUrl(photo);
	const [findings, setFindings] = useState<PhotoFindings | null | "looking">("looking");
	useEffect(() => {
		let isOver = false;
		void inspectPhoto(photo).then((found) => {
			if (!isOver) setFindings(found);
		});
		return () => {
			isOver = true;
		};
	}, [photo]);
	const concern = findings === "looking" ? null : findings?.concern;
	const next = (["front", "side"] as const).find((other) => other !== view && !taken.includes(other));
	return (
		<div className="grid h-full grid-rows-[minmax(0,1fr)_auto]">
			<div className="relative overflow-hidden">
				{url !== null && (
					<img src={url} alt={t(`views.${view}`)} className="absolute inset-0 size-full object-contain" />
				)}
			</div>
			<div className="grid gap-3 bg-surface p-4 pb-[max(1rem,env(safe-area-inset-bottom))] sm:justify-items-center">
				<p role="status" className="flex min-h-6 items-center gap-2 font-medium">
					{findings === "looking" && <Spinner />}
					{findings === "looking"
						? t("camera.looking")
						: concern != null && i18n.exists(`capture:concerns.${concern}`)
							? t(`concerns.${concern}`)
							: t("camera.fine")}
				</p>
				<div className="flex flex-wrap gap-2">
					<Button
						className="max-sm:flex-1"
						icon={<RotateCcw aria-hidden="true" className="size-5" />}
						onClick={onRetake}
					>
						{t("camera.retake")}
					</Button>
					<Button
						autoFocus
						look="primary"
						className="max-sm:flex-1"
						icon={<Check aria-hidden="true" className="size-5" />}
						onClick={() => onUse(next === undefined)}
					>
						{next === undefined ? t("camera.use") : t(`camera.useThen.${next}`)}
					</Button>
					{next === undefined && <Button onClick={() => onUse(false)}>{t("camera.useAndMore")}</Button>}
				</div>
			</div>
		</div>
	);
}
