import { RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../../api/problem-error.js";
import type { SessionDocument } from "../../api/types.js";
import { usePhotos } from "../../photos/photo-store.js";
import { ButtonLink } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { useProblemText } from "../../ui/notice.js";
import { useObjectUrl } from "../../ui/use-object-url.js";
import { refusePhoto } from "../capture/draft.js";
import { changeDraft, useDraft } from "../capture/draft-store.js";
import { PhotoPicture } from "../capture/figures/photo-picture.js";
import { sceneOf } from "./failure-scenes.js";

type SessionError = NonNullable<SessionDocument["error"]>;

/** A fit that failed: what happened, what to do, a picture of a better photo, and the way back with everything kept. */
export function FitFailure({ session, error }: { readonly session: SessionDocument; readonly error: SessionError }) {
	const { t } = useTranslation("progress");
	const { title, detail, remedy } = useProblemText()(
		new ProblemError(error.code, error.status, error.title, error.detail, error.remedy),
	);
	const { wrong, better } = sceneOf(error.code);
	const isDraftHere = useDraft(({ session_id }) => session_id === session.session_id);
	const sample = useDraft(({ draft }) => draft.sample);
	const photos = usePhotos(({ bySession }) => bySession[session.session_id]);
	const named = /\bphoto (\d+)\b/i.exec(error.detail);
	const position = named === null ? (photos?.length === 1 ? 0 : null) : Number(named[1]) - 1;
	const photo = better === null || position === null ? undefined : photos?.[position];
	useEffect(() => {
		if (!isDraftHere) return;
		changeDraft((draft) => ({ photos: refusePhoto(draft.photos, error.code, error.detail) }));
	}, [isDraftHere, error.code, error.detail]);
	const search = isDraftHere
		? { ...(sample === null ? {} : { sample }) }
		: session.subject_id === null
			? {}
			: { subject: session.subject_id };
	return (
		<Card>
			<div className="grid gap-6 sm:grid-cols-[auto_1fr] sm:gap-8">
				<div className="flex flex-wrap gap-4">
					<figure className="grid w-32 content-start gap-1.5">
						{photo === undefined ? (
							<PhotoPicture scene={wrong} {...(better === null ? {} : { mark: "bad" as const })} className="w-full" />
						) : (
							<OwnPhoto file={photo.file} alt={t("failure.yours")} fallback={wrong} />
						)}
						{better !== null && (
							<figcaption className="text-center text-sm text-ink-soft">
								{photo === undefined ? t("failure.wrong") : t("failure.yoursNumber", { number: (position ?? 0) + 1 })}
							</figcaption>
						)}
					</figure>
					{better !== null && (
						<figure className="grid w-32 content-start gap-1.5">
							<PhotoPicture scene={better} mark="good" className="w-full" />
							<figcaption className="text-center text-sm text-ink-soft">{t("failure.better")}</figcaption>
						</figure>
					)}
				</div>
				<div role="alert" className="grid content-start gap-3">
					<h2>{title}</h2>
					<p>{detail}</p>
					<p className="font-medium">{remedy}</p>
					{isDraftHere && (
						<p className="text-ink-soft">{t(better === null ? "failure.allKept" : "failure.restKept")}</p>
					)}
					<div className="mt-2">
						<ButtonLink
							look="primary"
							to="/measure"
							search={search}
							icon={<RotateCcw aria-hidden="true" className="size-5" />}
						>
							{t(better === null ? "failure.again" : "failure.retake")}
						</ButtonLink>
					</div>
				</div>
			</div>
		</Card>
	);
}

/** The photo that is to blame, or a drawing where this browser cannot show it. */
function OwnPhoto({
	file,
	alt,
	fallback,
}: {
	readonly file: Blob;
	readonly alt: string;
	readonly fallback: Parameters<typeof PhotoPicture>[0]["scene"];
}) {
	const url = useObjectUrl(file);
	const [isUnreadable, setUnreadable] = useState(false);
	return (
		<span className="relative block aspect-3/4 w-full overflow-hidden rounded-lg bg-sunken ring-2 ring-bad">
			<PhotoPicture scene={fallback} className="absolute inset-0 size-full" />
			{url !== null && !isUnreadable && (
				<img
					src={url}
					alt={alt}
					className="relative size-full bg-sunken object-contain"
					onError={() => setUnreadable(true)}
				/>
			)}
		</span>
	);
}
