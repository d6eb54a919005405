import { useTranslation } from "react-i18next";

/** What holds back a panel's figures: always in sight. */
export function LimitsList({ limits, source }: { readonly limits: readonly string[]; readonly source?: string }) {
	const { t } = useTranslation("meaning");
	return (
		<div className="mt-6 border-t border-line pt-4 text-sm text-ink-soft">
			<h3 className="mb-1">{t("limits")}</h3>
			<ul className="grid list-disc gap-1 ps-5">
				{limits.map((limit) => (
					<li key={limit}>{limit}</li>
				))}
			</ul>
			{source !== undefined && <p className="mt-2">{t("source", { source })}</p>}
		</div>
	);
}
