import type { SizeAdvice, SizeGroup, SizeProbability } from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { ProbabilityBar } from "./probability-bar.js";
import { useDerivedFormat } from "./use-derived-format.js";

const IN_CENTIMETRES = new Set<string>(["chest", "waist", "hip", "collar", "height"]);

/** One size system: what to take, and the sizes in question with their probabilities. */
export function SizeSystemItem({ advice, group }: { readonly advice: SizeAdvice; readonly group: SizeGroup }) {
	const { t } = useTranslation("meaning");
	const format = useFormat();
	const { share } = useDerivedFormat();
	const { system, best, alternative, sizes, isStandard } = advice;
	const kind = advice.dimension === "stature" ? "stature" : "length";
	const nameOf = (size: SizeProbability): string => {
		if (size.customNumber !== null) return t("sizes.customNumber", { code: size.code, number: size.customNumber });
		return IN_CENTIMETRES.has(system) ? t("sizes.centimetres", { code: size.code }) : size.code;
	};
	const verdict =
		best === null
			? t("sizes.outside")
			: alternative === null
				? t("sizes.sure", { best: nameOf(best), share: share(best.probability) })
				: t("sizes.tryBoth", { best: nameOf(best), alternative: nameOf(alternative) });
	return (
		<li className="py-4">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<h3>{system === "chest" ? t(`sizes.system.chest_${group}`) : t(`sizes.system.${system}`)}</h3>
				{best !== null && <p className="numbers text-lg font-medium">{nameOf(best)}</p>}
			</div>
			<p className="text-sm text-ink-soft">
				{verdict} {isStandard ? "" : `${t("sizes.custom")}.`}
			</p>
			<ul className="mt-2 grid gap-1.5">
				{sizes.map((size) => (
					<li
						key={size.code}
						className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 text-sm sm:grid-cols-[10rem_minmax(0,1fr)_3.5rem]"
					>
						<span className={size.code === best?.code ? "font-medium" : "text-ink-soft"}>
							{nameOf(size)}
							<span className="numbers block text-ink-soft">
								{t("sizes.bodyRange", { low: format.length(size.low, kind), high: format.length(size.high, kind) })}
							</span>
						</span>
						<span className="order-last col-span-2 sm:order-none sm:col-span-1">
							<ProbabilityBar share={size.probability} isStrong={size.code === best?.code} />
						</span>
						<span className="numbers text-end font-medium">{share(size.probability)}</span>
					</li>
				))}
			</ul>
		</li>
	);
}
