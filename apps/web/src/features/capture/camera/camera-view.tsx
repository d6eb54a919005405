import { SwitchCamera, Volume2, VolumeX, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { areGood } from "../../../pose/checks.js";
import { VIEW_LABELS, type ViewLabel } from "../../../pose/pose-types.js";
import { IconButton, Spinner } from "../../../ui/button.js";
import { classNames } from "../../../ui/class-names.js";
import { Select } from "../../../ui/field.js";
import { useSettled } from "../../../ui/use-settled.js";
import { CameraFailure } from "./camera-failure.js";
import { CheckList, useInstruction } from "./check-list.js";
import { useBeep, useSpeech } from "./guidance.js";
import { OutlineOverlay } from "./outline-overlay.js";
import { ShutterBar } from "./shutter-bar.js";
import { takeStill } from "./take-still.js";
import { type Facing, useCamera } from "./use-camera.js";
import { useLiveChecks } from "./use-live-checks.js";
import { useShutter } from "./use-shutter.js";
import { useTilt } from "./use-tilt.js";

/** A sentence must stay so long before it is said: landmarks flicker. */
const SETTLED_MS = 900;

/** The live picture with outline, checks and countdown. */
export function CameraView({
	view,
	onView,
	onClose,
	onStill,
	onFile,
}: {
	readonly view: ViewLabel;
	readonly onView: (view: ViewLabel) => void;
	readonly onClose: () => void;
	readonly onStill: (photo: Blob) => void;
	readonly onFile: (file: File) => void;
}) {
	const { t, i18n } = useTranslation("capture");
	const { t: common } = useTranslation();
	const video = useRef<HTMLVideoElement>(null);
	const [facing, setFacing] = useState<Facing>("environment");
	const [attempt, setAttempt] = useState(0);
	const [size, setSize] = useState({ width: 3, height: 4 });
	const [countdown_s, setCountdown] = useState(5);
	const [isAutomatic, setAutomatic] = useState(true);
	const [isSoundOn, setSoundOn] = useState(false);
	const [isTaking, setTaking] = useState(false);
	const camera = useCamera(video, facing, attempt);
	const isRunning = camera.status === "running" && !isTaking;
	const tilt = useTilt(camera.status === "running" ? camera.facing : facing);
	const live = useLiveChecks(video, isRunning, view, tilt);
	const checks = live.status === "running" ? live.checks : [];
	const isGood = areGood(checks);
	const instruct = useInstruction();
	const instruction = useSettled(
		camera.status !== "running"
			? ""
			: live.status === "running"
				? instruct(checks)
				: t(live.status === "loading" ? "camera.loadingChecks" : "camera.noChecks"),
		SETTLED_MS,
	);
	useSpeech(instruction, i18n.language, isSoundOn);
	const beep = useBeep(isSoundOn);
	const { left_s, press } = useShutter({
		isRunning,
		areChecksGood: isGood,
		countdown_s,
		isAutomatic,
		onSecond: () => beep(false),
		onRelease: async () => {
			if (camera.status !== "running" || video.current === null) return;
			beep(true);
			setTaking(true);
			try {
				onStill(await takeStill(camera.track, video.current));
			} finally {
				setTaking(false);
			}
		},
	});
	const isMirrored = camera.status === "running" && camera.facing === "user";
	return (
		<div className="grid h-full grid-rows-[auto_minmax(0,1fr)_auto] lg:grid-cols-[minmax(0,1fr)_20rem]">
			<div className="flex items-center gap-2 bg-surface px-3 py-1.5 lg:col-span-2">
				<IconButton label={common("close")} onClick={onClose}>
					<X aria-hidden="true" className="size-6" />
				</IconButton>
				<Select
					aria-label={t("camera.view")}
					className="max-w-52"
					value={view}
					onChange={(event) => onView(VIEW_LABELS.find((label) => label === event.target.value) ?? "front")}
				>
					{VIEW_LABELS.map((label) => (
						<option key={label} value={label}>
							{t(`views.${label}`)}
						</option>
					))}
				</Select>
				<span className="ms-auto flex">
					<IconButton
						label={t(isSoundOn ? "camera.soundOff" : "camera.soundOn")}
						aria-pressed={isSoundOn}
						onClick={() => setSoundOn(!isSoundOn)}
					>
						{isSoundOn ? (
							<Volume2 aria-hidden="true" className="size-6" />
						) : (
							<VolumeX aria-hidden="true" className="size-6" />
						)}
					</IconButton>
					<IconButton
						label={t("camera.switch")}
						onClick={() => setFacing(facing === "environment" ? "user" : "environment")}
					>
						<SwitchCamera aria-hidden="true" className="size-6" />
					</IconButton>
				</span>
			</div>
			<div className="relative overflow-hidden bg-black lg:row-span-2">
				<video
					ref={video}
					playsInline
					muted
					aria-label={t("camera.picture")}
					className={classNames("absolute inset-0 size-full object-contain", isMirrored && "-scale-x-100")}
					onResize={({ currentTarget: { videoWidth, videoHeight } }) =>
						setSize({ width: videoWidth, height: videoHeight })
					}
					onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) =>
						setSize({ width: videoWidth, height: videoHeight })
					}
				/>
				{camera.status === "running" && (
					<OutlineOverlay view={view} {...size} isGood={isGood} isMirrored={isMirrored} />
				)}
				{camera.status === "starting" && (
					<p className="absolute inset-0 flex items-center justify-center gap-3">
						<Spinner />
						{t("camera.starting")}
					</p>
				)}
				{camera.status === "failed" && (
					<div className="absolute inset-0 flex overflow-auto">
						<CameraFailure problem={camera.problem} onRetry={() => setAttempt(attempt + 1)} onPhoto={onFile} />
					</div>
				)}
				{left_s !== null && (
					<p
						aria-live="assertive"
						className="numbers absolute inset-0 grid place-items-center text-[min(40vw,16rem)] leading-none font-bold text-ink drop-shadow-[0_2px_12px_rgb(0_0_0/0.7)]"
					>
						{left_s}
					</p>
				)}
				{instruction !== "" && (
					<p
						role="status"
						className={classNames(
							"absolute inset-x-3 top-3 mx-auto w-fit max-w-prose rounded-lg px-4 py-2 text-center text-lg font-semibold lg:text-2xl",
							instruction === t("checks.allGood") ? "bg-accent text-accent-ink" : "bg-surface/85",
						)}
					>
						{instruction}
					</p>
				)}
			</div>
			<div className="grid content-between gap-3 bg-surface p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] lg:row-span-2 lg:p-6">
				<CheckList checks={checks} />
				{camera.status !== "failed" && (
					<ShutterBar
						isEnabled={isRunning}
						isCounting={left_s !== null}
						countdown_s={countdown_s}
						isAutomatic={isAutomatic}
						onCountdown={setCountdown}
						onAutomatic={setAutomatic}
						onPress={press}
					/>
				)}
			</div>
		</div>
	);
}
