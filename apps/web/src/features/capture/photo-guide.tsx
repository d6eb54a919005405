import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PhotoPicture, type PhotoScene } from "./figures/photo-picture.js";

const ADVICE = ["front", "side", "distance", "arms", "clothes"] as const satisfies readonly PhotoScene[];

/** How to take good photos, in five pictures. */
export function PhotoGuide() {
	const { t } = useTranslation("capture");
	return (
		<details className="group">
			<summary className="flex min-h-11 items-center gap-2 font-medium text-accent">
				<ChevronDown aria-hidden="true" className="size-5 -rotate-90 transition-transform group-open:rotate-0" />
				{t("guide.title")}
			</summary>
			<ul className="grid grid-cols-2 gap-4 pt-2 sm:grid-cols-3 xl:grid-cols-5">
				{ADVICE.map((scene) => (
					<li key={scene} className="grid content-start gap-2">
						<PhotoPicture scene={scene} className="w-full max-w-36" />
						<p className="text-sm">
							<span className="font-medium">{t(`guide.${scene}.title`)}</span>
							<span className="block text-ink-soft">{t(`guide.${scene}.text`)}</span>
						</p>
					</li>
				))}
			</ul>
		</details>
	);
}
