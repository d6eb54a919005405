import { CameraOff } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../ui/button.js";
import type { CameraProblem } from "./camera-problem.js";

/** No picture: why, what helps, and the device's own camera application instead. */
export function CameraFailure({
	problem,
	onRetry,
	onPhoto,
}: {
	readonly problem: CameraProblem;
	readonly onRetry: () => void;
	readonly onPhoto: (file: File) => void;
}) {
	const { t } = useTranslation("capture");
	const { t: common } = useTranslation();
	const picker = useRef<HTMLInputElement>(null);
	return (
		<div role="alert" className="m-auto grid max-w-md justify-items-center gap-3 p-6 text-center">
			<CameraOff aria-hidden="true" className="size-10 text-ink-soft" />
			<h3 className="text-xl">{t(`camera.problem.${problem}.title`)}</h3>
			<p className="text-ink-soft">{t(`camera.problem.${problem}.remedy`)}</p>
			<div className="mt-2 flex flex-wrap justify-center gap-2">
				{problem !== "insecure" && (
					<Button look="primary" onClick={onRetry}>
						{common("tryAgain")}
					</Button>
				)}
				<Button onClick={() => picker.current?.click()}>{t("camera.ownApp")}</Button>
			</div>
			<input
				ref={picker}
				type="file"
				accept="image/*"
				capture="environment"
				hidden
				onChange={(event) => {
					const file = event.target.files?.[0];
					if (file !== undefined) onPhoto(file);
				}}
			/>
		</div>
	);
}
