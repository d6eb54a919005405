import { Check as CheckIcon, Circle, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { areGood, type Check, firstProblem } from "../../../pose/checks.js";

const ICONS = {
	good: { Icon: CheckIcon, look: "text-good" },
	bad: { Icon: X, look: "text-bad" },
	unknown: { Icon: Circle, look: "text-ink-soft opacity-60" },
} as const;

/** All checks with their state, short enough to read from afar. */
export function CheckList({ checks }: { readonly checks: readonly Check[] }) {
	const { t } = useTranslation("capture");
	return (
		<ul className="flex flex-wrap gap-x-3 gap-y-1 text-sm lg:grid lg:gap-2 lg:text-base">
			{checks.map(({ id, state }) => {
				const { Icon, look } = ICONS[state];
				return (
					<li key={id} className="flex items-center gap-1.5">
						<Icon aria-hidden="true" className={`size-4 shrink-0 lg:size-5 ${look}`} strokeWidth={3} />
						<span>{t(`checks.${id}.label`)}</span>
						<span className="sr-only">{t(`checks.state.${state}`)}</span>
					</li>
				);
			})}
		</ul>
	);
}

/** What to do now: the first thing that is wrong. */
export function useInstruction(): (checks: readonly Check[]) => string {
	const { t } = useTranslation("capture");
	return (checks) => {
		const problem = firstProblem(checks);
		if (problem !== null) return t(`checks.${problem.id}.${problem.reason}`);
		return areGood(checks) ? t("checks.allGood") : t("checks.hold");
	};
}
