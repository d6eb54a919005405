import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { classNames } from "../../ui/class-names.js";
import { saveFile } from "../../ui/save-file.js";
import { HelpDialog } from "./help-dialog.js";
import { PhotoBackdrop } from "./photo/photo-backdrop.js";
import { PhotoPanel, PhotoSelect } from "./photo/photo-panel.js";
import { useViewPhotos } from "./photo/use-view-photos.js";
import { SaveDialog } from "./save-dialog.js";
import { takePicture } from "./save-picture.js";
import { placePhoto } from "./scene/photo-camera.js";
import { useSceneColours } from "./scene/scene-colours.js";
import { ViewRig } from "./scene/view-rig.js";
import { type SceneLabels, ViewerCanvas } from "./scene/viewer-canvas.js";
import { OverlayKey, SurfaceLegend } from "./surface-legend.js";
import { TapeLabels, useMeasurementTexts } from "./tape-labels.js";
import { useBodyClient } from "./use-body-client.js";
import { useFullscreen, useReducedMotion } from "./use-media.js";
import { usePictureLayout } from "./use-picture-layout.js";
import { useShownBody } from "./use-shown-body.js";
import { useSurfaceColours } from "./use-surface-colours.js";
import { useTapePicking } from "./use-tape-picking.js";
import { useViewInput } from "./use-view-input.js";
import { handleViewKey } from "./view-keys.js";
import { ViewMenus } from "./view-menus.js";
import { poseOf } from "./view-pose.js";
import { SpokenDescription, useDescription } from "./viewer-description.js";
import { ViewerMessages } from "./viewer-messages.js";
import { useViewerState } from "./viewer-state.js";
import { FullscreenButton, ViewerToolbar } from "./viewer-toolbar.js";
import type { BodyViewerProps } from "./viewer-types.js";

/** Where motion is not wanted, each press turns the body by this at once. */
const TURN_STEP = Math.PI / 4;

/** The viewer where there is WebGL. */
export function Viewer({
	model,
	shape = null,
	name,
	other = null,
	arrangement = "side-by-side",
	selected,
	onSelect,
	photos,
	className,
}: BodyViewerProps) {
	const { t } = useTranslation("viewer");
	const mainName = name ?? t("label.thisBody");
	const [state, change] = useViewerState();
	const [rig] = useState(() => new ViewRig());
	const [restarts, setRestarts] = useState(0);
	const [isLost, setLost] = useState(false);
	const [dialog, setDialog] = useState<"help" | "save" | null>(null);
	const frame = useRef<HTMLDivElement>(null);
	const top = useRef<HTMLDivElement>(null);
	const bottom = useRef<HTMLDivElement>(null);
	const labels: SceneLabels = {
		selected: useRef<HTMLDivElement>(null),
		hovered: useRef<HTMLDivElement>(null),
		main: useRef<HTMLDivElement>(null),
		other: useRef<HTMLDivElement>(null),
	};
	const colours = useSceneColours();
	const { size, insets: covered } = usePictureLayout(frame, top, bottom);
	// Over a photo the upper edge holds nothing but a corner.
	const insets = useMemo(
		() => (state.photo === null ? covered : { top: 8, bottom: covered.bottom }),
		[covered, state.photo],
	);
	const isMotionReduced = useReducedMotion();
	const isTurning = state.isTurning && !isMotionReduced;
	const fullscreen = useFullscreen(frame);

	const worker = useBodyClient();
	const pose = useMemo(() => poseOf(state.pose, model), [state.pose, model]);
	const body = useShownBody(model, shape, pose, worker.client, "viewer");
	const second = useShownBody(other?.model ?? null, null, pose, worker.client, "viewer-other");
	const shownOther = other === null ? null : second;
	const isSideBySide = arrangement === "side-by-side";
	const surface = useSurfaceColours(model, shape, state.colouring, body, shownOther, worker.client);
	const hasRod = state.photo === null && body.pose.kind === "rest" && other === null;
	const picking = useTapePicking(rig, body, hasRod, state.hasTapes);
	const viewPhotos = useViewPhotos(model.views, photos, state.photo);
	const textsOf = useMeasurementTexts(model, body.tapes, shape !== null);
	const description = useDescription(model, state, selected, other?.name ?? null, textsOf);

	rig.isMotionReduced = isMotionReduced;
	rig.isTurning = isTurning && state.photo === null;
	const view = state.photo === null ? null : (model.views[state.photo] ?? null);
	useEffect(() => {
		// The body stands over the photo only in that photo's pose.
		rig.setPhoto(view !== null && body.pose === pose ? view.camera : null);
	}, [rig, view, body.pose, pose]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: turning begins with a frame
	useEffect(() => rig.requestFrame(), [rig, isTurning]);
	useEffect(() => {
		rig.onView = (next) => change({ view: next });
	}, [rig, change]);

	const stopTurning = () => state.isTurning && change({ isTurning: false });
	useViewInput(frame, rig, {
		onTap: (at, isTouch) => {
			frame.current?.focus({ preventScroll: true });
			onSelect(picking.pick(at, isTouch));
		},
		onHover: picking.onHover,
		onGrab: stopTurning,
	});
	const actions = {
		change,
		fit: () => {
			change({ photo: null });
			rig.fit();
		},
		togglePhoto: () => {
			if (model.views.length === 0) return;
			if (state.photo === null) {
				const next = typeof state.pose === "number" ? state.pose : 0;
				change({ photo: next, pose: next, isTurning: false });
			} else change({ photo: null, pose: "rest" });
		},
		toggleTurning: () => {
			if (isMotionReduced) rig.turn(TURN_STEP, 0);
			const isToTurn = !isTurning && !isMotionReduced;
			change({ isTurning: isToTurn, ...(state.photo === null ? {} : { photo: null, pose: "rest" }) });
		},
		toggleFullscreen: fullscreen.toggle,
		save: () => setDialog("save"),
		help: () => setDialog("help"),
		deselect: () => onSelect(null),
		colour: () => {
			const wanted = other === null ? "uncertainty" : "difference";
			change({ colouring: state.colouring === wanted ? "plain" : wanted });
		},
	} as const;

	const placement = view === null ? null : placePhoto(view.camera, size, insets);
	const isOverPhoto = placement !== null && viewPhotos.picture !== null;
	const savePicture = async (isTransparent: boolean) => {
		if (frame.current === null) return;
		const blob = await takePicture(rig, {
			isTransparent,
			photo: placement === null || viewPhotos.picture === null ? null : { picture: viewPhotos.picture, placement },
			blend: state.blend,
			blendValue: state.blendValue,
			frame: frame.current,
			labels: Object.values(labels).map((label) => label.current),
		});
		if (blob !== null) saveFile(blob, t("save.file"));
	};
	const legendProblem =
		state.colouring === "uncertainty" && model.shape_covariance === undefined
			? "noCovariance"
			: state.colouring === "difference" && shownOther?.geometry && body.geometry && surface.map === null
				? "otherTopology"
				: null;

	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
		<div
			ref={frame}
			role="group"
			aria-label={t("label.viewer")}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: keys turn the view
			tabIndex={0}
			onKeyDown={(event) => {
				if (event.target === event.currentTarget) handleViewKey(event, rig, state, actions);
			}}
			className={classNames(
				"@container relative isolate touch-pan-y overflow-hidden rounded-card border border-line bg-[radial-gradient(ellipse_70%_70%_at_50%_40%,var(--surface),var(--sunken))] select-none fullscreen:touch-none fullscreen:rounded-none fullscreen:border-0",
				className,
			)}
		>
			{isOverPhoto && viewPhotos.picture !== null && (
				<PhotoBackdrop picture={viewPhotos.picture} placement={placement} />
			)}
			<div
				role="img"
				aria-label={description}
				className={classNames(
					"absolute inset-0",
					state.photo === null && "cursor-grab active:cursor-grabbing",
					picking.hovered !== null && "cursor-pointer!",
				)}
				style={isOverPhoto ? blendStyle(state.blend, state.blendValue) : undefined}
			>
				<ViewerCanvas
					key={restarts}
					body={body}
					other={shownOther}
					isSideBySide={isSideBySide}
					topology={worker.client?.topology ?? null}
					state={state}
					vertexColours={surface.map?.vertexColours ?? null}
					colours={colours}
					selected={selected}
					hovered={picking.hovered}
					rig={rig}
					insets={insets}
					labels={labels}
					onMesh={picking.onMesh}
					onLost={() => setLost(true)}
				/>
			</div>
			<TapeLabels
				labels={labels}
				selected={selected}
				hovered={picking.hovered}
				textsOf={textsOf}
				names={other !== null && isSideBySide ? { main: mainName, other: other.name } : null}
			/>
			<ViewerMessages
				body={body}
				worker={worker}
				isLost={isLost}
				onRestart={() => {
					setLost(false);
					setRestarts(restarts + 1);
				}}
			/>
			<div
				ref={top}
				className="pointer-events-none absolute inset-x-0 top-0 flex items-start justify-between gap-2 p-2"
			>
				<div className="pointer-events-auto flex min-w-0 gap-2">
					{state.photo !== null && <PhotoSelect shown={state.photo} views={model.views} change={change} />}
					{state.photo === null && (
						<ViewMenus
							state={state}
							views={model.views}
							onView={(next) => {
								change({ isTurning: false });
								rig.look(next);
							}}
							onPose={(next) => change({ pose: next })}
						/>
					)}
				</div>
				<div className="pointer-events-auto">
					{fullscreen.isSupported && <FullscreenButton isOn={fullscreen.isOn} onPress={fullscreen.toggle} />}
				</div>
			</div>
			<div
				ref={bottom}
				className="pointer-events-none absolute inset-x-0 bottom-0 grid grid-cols-[minmax(0,1fr)] justify-items-center gap-2 p-2"
			>
				{state.photo !== null && (
					<PhotoPanel shown={state.photo} views={model.views} photos={viewPhotos} state={state} change={change} />
				)}
				{other !== null && !isSideBySide && state.photo === null && state.colouring === "plain" && (
					<OverlayKey main={mainName} other={other.name} />
				)}
				{state.colouring !== "plain" && (
					<div className="w-full max-w-sm @2xl:absolute @2xl:start-2 @2xl:bottom-20 @2xl:w-60">
						<SurfaceLegend colours={surface} problem={legendProblem} />
					</div>
				)}
				<ViewerToolbar
					state={state}
					actions={actions}
					isCompared={other !== null}
					hasViews={model.views.length > 0}
					isMotionReduced={isMotionReduced}
					isColouringBusy={surface.isBusy}
				/>
			</div>
			<SpokenDescription text={description} />
			<HelpDialog isOpen={dialog === "help"} onClose={() => setDialog(null)} />
			<SaveDialog
				isOpen={dialog === "save"}
				onClose={() => setDialog(null)}
				onSave={(clear) => void savePicture(clear)}
			/>
		</div>
	);
}

/** How much of the body is seen over its photo: 0 nothing … 1 all. */
function blendStyle(blend: "opacity" | "wipe", value: number): React.CSSProperties {
	return blend === "opacity" ? { opacity: value } : { clipPath: `inset(0 0 0 ${100 * (1 - value)}%)` };
}
