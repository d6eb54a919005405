import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/dialog.js";

const KEYS = [
	["← → ↑ ↓", "turn"],
	["Shift + ← → ↑ ↓", "move"],
	["+ −", "zoom"],
	["Home", "fit"],
	["1 … 5", "views"],
	["T", "tapes"],
	["U", "colours"],
	["S", "skeleton"],
	["P", "photo"],
	["W", "wireframe"],
	["R", "rotate"],
	["C", "save"],
	["F", "fullscreen"],
	["Esc", "deselect"],
	["?", "help"],
] as const;

/** How the view is handled by hand, and by keys while it has the focus. */
export function HelpDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
	const { t } = useTranslation("viewer");
	return (
		<Dialog title={t("help.title")} isOpen={isOpen} onClose={onClose}>
			<ul className="grid list-disc gap-1 ps-5">
				<li>{t("help.mouse")}</li>
				<li>{t("help.touch")}</li>
				<li>{t("help.pick")}</li>
			</ul>
			<details className="group" open={!matchMedia("(hover: none)").matches}>
				<summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 font-medium [&::-webkit-details-marker]:hidden">
					{t("help.keys")}
					<ChevronDown aria-hidden="true" className="size-4.5 text-ink-soft group-open:rotate-180" />
				</summary>
				<p className="text-ink-soft">{t("help.keysWhen")}</p>
				<dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
					{KEYS.map(([keys, meaning]) => (
						<div key={meaning} className="contents">
							<dt>
								<kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-sm">{keys}</kbd>
							</dt>
							<dd>{t(`help.${meaning}`)}</dd>
						</div>
					))}
				</dl>
			</details>
		</Dialog>
	);
}
