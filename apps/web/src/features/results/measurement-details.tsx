import { Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { MeasurementEstimate } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import { useMeasurementHow } from "../../measurements/measurement-names.js";
import { Button } from "../../ui/button.js";
import { copyText } from "../../ui/copy-text.js";
import { toast } from "../../ui/toasts.js";

/** What a measurement is, how to take it by hand, and what its value rests on. */
export function MeasurementDetails({ id, estimate }: { readonly id: string; readonly estimate: MeasurementEstimate }) {
	const { t } = useTranslation("results");
	const { length, locale } = useFormat();
	const how = useMeasurementHow()(id);
	const { definition, interval90_m } = estimate;
	const kind = lengthKind(id);
	const shown = length(estimate.value_m, kind);
	const sources = new Intl.ListFormat(locale).format(estimate.sources.map((source) => t(`source.${source}`)));
	return (
		<div className="grid gap-3 px-3 pt-1 pb-4 text-sm sm:px-4">
			{how !== null && (
				<div>
					<p className="font-medium">{t("how")}</p>
					<p className="max-w-prose text-ink-soft">{how}</p>
				</div>
			)}
			<dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
				<dt className="text-ink-soft">{t("interval")}</dt>
				<dd className="numbers">
					{t("from_to", { low: length(interval90_m[0], kind), high: length(interval90_m[1], kind) })}
				</dd>
				<dt className="text-ink-soft">{t("restsOn")}</dt>
				<dd>{sources}</dd>
				<dt className="text-ink-soft">{t("side")}</dt>
				<dd>{t(`sides.${definition.side === "right" ? "right" : "centre"}`)}</dd>
				<dt className="text-ink-soft">{t("standard")}</dt>
				<dd>
					{definition.iso8559 === null ? t("noClause") : `ISO 8559-1, ${definition.iso8559}`}
					<span className="text-ink-soft"> · {t("version", { version: definition.version })}</span>
				</dd>
			</dl>
			<details>
				<summary className="py-3 text-ink-soft sm:py-1">{t("onTheBody")}</summary>
				<p lang="en" className="max-w-prose pt-1 text-ink-soft">
					{definition.text}
				</p>
			</details>
			<div>
				<Button
					icon={<Copy aria-hidden="true" className="size-4" />}
					className="text-sm"
					onClick={async () => {
						const isCopied = await copyText(shown);
						toast(isCopied ? t("copied", { value: shown }) : t("notCopied"));
					}}
				>
					{t("copy")}
				</Button>
			</div>
		</div>
	);
}
