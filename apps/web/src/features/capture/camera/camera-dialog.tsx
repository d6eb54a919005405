import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ViewLabel } from "../../../pose/pose-types.js";
import { nextView } from "../draft.js";
import { useDraft } from "../draft-store.js";
import { takeFiles, takePhoto } from "../photo-actions.js";
import { CameraView } from "./camera-view.js";
import { StillReview } from "./still-review.js";

/** A photo that was just taken. */
interface Still {
	readonly photo: Blob;
	readonly view: ViewLabel;
}

/** The camera over the whole window: front, side, and as many views as wanted. */
export function CameraDialog({ onClose }: { readonly onClose: () => void }) {
	const { t } = useTranslation("capture");
	const dialog = useRef<HTMLDialogElement>(null);
	const photos = useDraft(({ draft }) => draft.photos);
	const [view, setView] = useState<ViewLabel>(() => nextView(photos));
	const [still, setStill] = useState<Still | null>(null);
	useEffect(() => {
		dialog.current?.showModal();
	}, []);
	const use = ({ photo, view: taken }: Still, isLast: boolean) => {
		takePhoto(photo, `${taken}-${Date.now()}.jpg`, taken);
		if (isLast) return onClose();
		setView(nextView(useDraft.getState().draft.photos));
		setStill(null);
	};
	return (
		<dialog
			ref={dialog}
			data-theme="dark"
			aria-label={t("camera.title")}
			onClose={onClose}
			className="m-0 size-full max-h-none max-w-none bg-sunken p-0 text-ink"
		>
			{still === null ? (
				<CameraView
					view={view}
					onView={setView}
					onClose={onClose}
					onStill={(photo) => setStill({ photo, view })}
					onFile={(file) => void takeFiles([file]).then(onClose)}
				/>
			) : (
				<StillReview
					photo={still.photo}
					view={still.view}
					taken={photos.map(({ label }) => label)}
					onRetake={() => setStill(null)}
					onUse={(isLast) => use(still, isLast)}
				/>
			)}
		</dialog>
	);
}
