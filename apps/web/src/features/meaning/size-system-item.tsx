import type { SizeAdvice, SizeGroup, SizeProbability } from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import { classNames } from "../../ui/class-names.js";
import { useDerivedFormat } from "./use-derived-format.js";

const IN_CENTIMETRES = new Set<string>(["chest", "waist", "hip", "collar", "height"]);
/** Sizes below this probability get no column. */
const SHOWN = 0.03;

/** One size system: what to take, and the sizes in question as columns with their probabilities. */
export function SizeSystemItem({ advice, group }: { readonly advice: SizeAdvice; readonly group: SizeGroup }) {
	const { t } = useTranslation("meaning");
	const { system, best, isStandard } = advice;
	const nameOf = useSizeName(system);
	const verdict = useVerdict(advice);
	const shown = advice.sizes.filter((size) => size.probability >= SHOWN);
	const peak = Math.max(...shown.map((size) => size.probability));
	return (
		<li className="py-4">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<h3>{system === "chest" ? t(`sizes.system.chest_${group}`) : t(`sizes.system.${system}`)}</h3>
				{best !== null && <p className="numbers text-lg font-medium">{nameOf(best)}</p>}
			</div>
			<p className="text-sm text-ink-soft">
				{verdict} {isStandard ? "" : `${t("sizes.custom")}.`}
			</p>
			<ul className="mt-3 flex items-end gap-1">
				{shown.map((size) => (
					<SizeColumn key={size.code} size={size} share={size.probability / peak} isBest={size === best} />
				))}
			</ul>
		</li>
	);
}

function SizeColumn({
	size,
	share,
	isBest,
}: {
	readonly size: SizeProbability;
	/** Height of the column: its probability beside the best one's. */
	readonly share: number;
	readonly isBest: boolean;
}) {
	const { share: shareText } = useDerivedFormat();
	return (
		<li className="numbers flex max-w-16 min-w-0 flex-1 flex-col items-center text-xs">
			<span className="order-2 font-medium sm:text-sm">{size.code}</span>
			{size.customNumber !== null && <span className="order-3 text-ink-soft">{size.customNumber}</span>}
			<span className="text-ink-soft">{shareText(size.probability)}</span>
			<span
				aria-hidden="true"
				className={classNames("my-1 w-full rounded-sm", isBest ? "bg-accent" : "bg-line-strong")}
				style={{ height: `${Math.max(Math.round(56 * share), 2)}px` }}
			/>
		</li>
	);
}

function useSizeName(system: string) {
	const { t } = useTranslation("meaning");
	return (size: SizeProbability): string => {
		if (size.customNumber !== null) return t("sizes.customNumber", { code: size.code, number: size.customNumber });
		return IN_CENTIMETRES.has(system) ? t("sizes.centimetres", { code: size.code }) : size.code;
	};
}

/** One size, two to try, or how far the sizes reach. */
function useVerdict({ system, best, likely }: SizeAdvice): string {
	const { t } = useTranslation("meaning");
	const { share } = useDerivedFormat();
	const nameOf = useSizeName(system);
	const inShort = (size: SizeProbability) => nameOf({ ...size, customNumber: null });
	const [first, last] = [likely[0], likely.at(-1)];
	if (best === null || first === undefined || last === undefined) return t("sizes.outside");
	if (likely.length === 1) return t("sizes.sure", { best: nameOf(best), share: share(best.probability) });
	const ends = { first: inShort(first), last: inShort(last) };
	return likely.length === 2 ? t("sizes.tryBoth", ends) : t("sizes.spread", ends);
}
