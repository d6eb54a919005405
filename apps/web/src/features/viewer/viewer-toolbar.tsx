import {
	ArrowLeftRight,
	Camera,
	CircleHelp,
	Ellipsis,
	Grid3x3,
	ImageIcon,
	Maximize,
	PersonStanding,
	RotateCw,
	Ruler,
	ScanSearch,
	Thermometer,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ToolButton } from "./controls.js";
import type { ViewerState } from "./viewer-state.js";

/** What the viewer can do besides changing what is drawn. */
export interface ViewerActions {
	readonly change: (part: Partial<ViewerState>) => void;
	readonly fit: () => void;
	readonly togglePhoto: () => void;
	readonly toggleTurning: () => void;
	readonly toggleFullscreen: () => void;
	readonly save: () => void;
	readonly help: () => void;
}

/** Switches along the lower edge. Where there is little room the rarer ones wait behind “More”. */
export function ViewerToolbar({
	state,
	actions,
	isCompared,
	hasViews,
	isMotionReduced,
	isColouringBusy,
}: {
	readonly state: ViewerState;
	readonly actions: ViewerActions;
	readonly isCompared: boolean;
	readonly hasViews: boolean;
	/** The body is turned step by step, so there is nothing to switch on. */
	readonly isMotionReduced: boolean;
	readonly isColouringBusy: boolean;
}) {
	const { t } = useTranslation("viewer");
	const [isOpen, setOpen] = useState(false);
	const opener = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (!isOpen) return;
		const close = ({ target }: PointerEvent) => {
			if (target instanceof Node && !opener.current?.contains(target)) setOpen(false);
		};
		addEventListener("pointerdown", close);
		return () => removeEventListener("pointerdown", close);
	}, [isOpen]);
	const close = () => {
		setOpen(false);
		opener.current?.querySelector("button")?.focus();
	};
	const { change } = actions;
	const colouring = isCompared ? "difference" : "uncertainty";
	const more = (
		<>
			<ToolButton name={t("tools.fit")} icon={<ScanSearch />} aria-keyshortcuts="Home" onPress={actions.fit} />
			<ToolButton
				name={t("tools.skeleton")}
				icon={<PersonStanding />}
				isOn={state.hasSkeleton}
				aria-keyshortcuts="s"
				onPress={() => change({ hasSkeleton: !state.hasSkeleton })}
			/>
			<ToolButton
				name={t("tools.wireframe")}
				icon={<Grid3x3 />}
				isOn={state.isWireframe}
				aria-keyshortcuts="w"
				onPress={() => change({ isWireframe: !state.isWireframe })}
			/>
			<ToolButton name={t("tools.save")} icon={<Camera />} aria-keyshortcuts="c" onPress={actions.save} />
			<ToolButton name={t("tools.help")} icon={<CircleHelp />} aria-keyshortcuts="?" onPress={actions.help} />
		</>
	);
	return (
		<div
			role="toolbar"
			aria-label={t("tools.label")}
			className="pointer-events-auto relative flex max-w-full items-stretch rounded-xl border border-line bg-surface/95 p-1 shadow-card backdrop-blur-sm"
			onKeyDown={(event) => {
				if (event.key !== "Escape" || !isOpen) return;
				event.stopPropagation();
				close();
			}}
		>
			<ToolButton
				name={t("tools.tapes")}
				icon={<Ruler />}
				isOn={state.hasTapes}
				aria-keyshortcuts="t"
				onPress={() => change({ hasTapes: !state.hasTapes })}
			/>
			<ToolButton
				name={t(`tools.${colouring}`)}
				icon={isCompared ? <ArrowLeftRight /> : <Thermometer />}
				isOn={state.colouring === colouring}
				isBusy={isColouringBusy}
				aria-keyshortcuts="u"
				onPress={() => change({ colouring: state.colouring === colouring ? "plain" : colouring })}
			/>
			{hasViews && (
				<ToolButton
					name={t("tools.photo")}
					icon={<ImageIcon />}
					isOn={state.photo !== null}
					aria-keyshortcuts="p"
					onPress={actions.togglePhoto}
				/>
			)}
			<ToolButton
				name={t("tools.turn")}
				icon={<RotateCw />}
				{...(isMotionReduced ? {} : { isOn: state.isTurning })}
				aria-keyshortcuts="r"
				onPress={actions.toggleTurning}
			/>
			<div className="hidden @2xl:flex">{more}</div>
			<div ref={opener} className="flex @2xl:hidden">
				<ToolButton
					name={t("tools.more")}
					icon={<Ellipsis />}
					aria-expanded={isOpen}
					onPress={() => setOpen(!isOpen)}
				/>
				{isOpen && (
					// biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: hears of presses of the buttons in it
					<div
						className="absolute end-0 bottom-full mb-2 flex rounded-xl border border-line bg-surface p-1 shadow-card @2xl:hidden"
						onClick={close}
					>
						{more}
					</div>
				)}
			</div>
		</div>
	);
}

/** Fills the screen with the viewer. */
export function FullscreenButton({ isOn, onPress }: { readonly isOn: boolean; readonly onPress: () => void }) {
	const { t } = useTranslation("viewer");
	return (
		<button
			type="button"
			aria-pressed={isOn}
			aria-label={t("tools.fullscreen")}
			title={t("tools.fullscreen")}
			aria-keyshortcuts="f"
			onClick={onPress}
			className="grid size-11 place-items-center rounded-lg border border-line bg-surface/90 text-ink shadow-card backdrop-blur-sm hover:bg-sunken"
		>
			<Maximize aria-hidden="true" className="size-5" />
		</button>
	);
}
