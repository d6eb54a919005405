import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "../../format/locale.js";
import { Spinner } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";
import { STAGES, type Stage, type StageTimes } from "./stage-times.js";

/** What is done, what is being done, what comes, with times. */
export function StageList({
	stage,
	taken_ms,
	expected,
}: {
	readonly stage: Stage;
	readonly taken_ms: Partial<StageTimes>;
	readonly expected: StageTimes;
}) {
	const { t } = useTranslation("progress");
	const locale = useLocale();
	const seconds = (time_ms: number) =>
		new Intl.NumberFormat(locale, {
			style: "unit",
			unit: "second",
			unitDisplay: "narrow",
			maximumFractionDigits: time_ms < 9950 ? 1 : 0,
		}).format(time_ms / 1000);
	const at = STAGES.indexOf(stage);
	return (
		<ol className="grid gap-1">
			{STAGES.map((each, position) => {
				const state = position < at ? "done" : position === at ? "current" : "next";
				const taken = taken_ms[each];
				return (
					<li
						key={each}
						aria-current={state === "current" ? "step" : undefined}
						className={classNames(
							"grid min-h-11 grid-cols-[1.75rem_1fr_auto] items-center gap-2 rounded-lg px-3",
							state === "current" && "bg-accent-soft font-medium",
							state === "next" && "text-ink-soft",
						)}
					>
						<span aria-hidden="true" className="grid size-6 place-items-center text-accent">
							{state === "done" && <Check className="size-5" strokeWidth={2.5} />}
							{state === "current" && <Spinner />}
							{state === "next" && <span className="size-2 rounded-full bg-line-strong" />}
						</span>
						<span>
							{t(`stages.${each}`)}
							<span className="sr-only"> – {t(`state.${state}`)}</span>
						</span>
						<span className="numbers text-sm text-ink-soft">
							{state === "done" ? taken !== undefined && seconds(taken) : t("about", { time: seconds(expected[each]) })}
						</span>
					</li>
				);
			})}
		</ol>
	);
}
