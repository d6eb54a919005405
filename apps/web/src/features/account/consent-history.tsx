import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { useFormat } from "../../format/use-format.js";
import { Spinner } from "../../ui/button.js";
import { ErrorNotice } from "../../ui/notice.js";

/** Every decision about the use of one's data, newest first; asked for when it is opened. */
export function ConsentHistory() {
	const { t } = useTranslation("account");
	const format = useFormat();
	const [isOpen, setOpen] = useState(false);
	const history = useQuery({
		queryKey: ["consents", "history"],
		queryFn: () => answer(api.GET("/api/v1/consents/history")),
		enabled: isOpen,
	});
	const decisions = history.data?.decisions;
	return (
		<details className="group border-t border-line pt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
			<summary className="flex min-h-11 list-none items-center justify-between gap-2 font-medium [&::-webkit-details-marker]:hidden">
				{t("history.title")}
				<ChevronDown aria-hidden="true" className="size-5 text-ink-soft transition-transform group-open:rotate-180" />
			</summary>
			{history.error !== null && <ErrorNotice error={history.error} onRetry={() => void history.refetch()} />}
			{history.isPending && isOpen && <Spinner />}
			{decisions?.length === 0 && <p className="pb-2 text-ink-soft">{t("history.none")}</p>}
			{decisions !== undefined && decisions.length > 0 && (
				<ol className="grid divide-y divide-line">
					{decisions.map(({ purpose, granted, version, created_at }) => (
						<li key={`${created_at}-${purpose}`} className="flex flex-wrap justify-between gap-x-6 py-2">
							<span>
								{t(`consents.${purpose}.title`)}:{" "}
								<strong className="font-medium">{t(granted ? "history.granted" : "history.withdrawn")}</strong>
							</span>
							<span className="numbers text-ink-soft">
								{format.dateTime(created_at)} · {t("history.version", { version })}
							</span>
						</li>
					))}
				</ol>
			)}
		</details>
	);
}
