import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { consentsQuery } from "../../api/queries.js";
import { useAuth } from "../../auth/auth-store.js";
import { Button, Spinner } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNotice } from "../../ui/notice.js";
import { ConsentHistory } from "./consent-history.js";

const PURPOSES = ["photo_processing", "research_use"] as const;
type Purpose = (typeof PURPOSES)[number];

/** What was agreed to, in words, with the way to agree and to withdraw. */
export function ConsentsCard() {
	const { t } = useTranslation("account");
	const { t: common } = useTranslation();
	const version = useAuth((state) => state.app?.consent_version);
	const client = useQueryClient();
	const consents = useQuery(consentsQuery);
	const [withdrawing, setWithdrawing] = useState<Purpose | null>(null);
	const change = useMutation({
		mutationFn: ({ purpose, granted }: { purpose: Purpose; granted: boolean }) =>
			answer(
				api.PUT("/api/v1/consents", {
					body: { [purpose]: granted, ...(version === undefined ? {} : { version }) },
				}),
			),
		onSuccess: (document) => {
			client.setQueryData(consentsQuery.queryKey, document);
			void client.invalidateQueries({ queryKey: ["consents", "history"] });
			void client.invalidateQueries({ queryKey: ["sessions"] });
			setWithdrawing(null);
		},
	});
	const given = consents.data;
	return (
		<Card title={t("consents.title")}>
			{consents.error !== null && <ErrorNotice error={consents.error} onRetry={() => void consents.refetch()} />}
			{change.error !== null && <ErrorNotice error={change.error} />}
			{given === undefined && consents.error === null && <Spinner />}
			{given !== undefined && (
				<ul className="grid divide-y divide-line">
					{PURPOSES.map((purpose) => (
						<li
							key={purpose}
							className="grid gap-3 py-4 first:pt-0 sm:grid-cols-[1fr_auto] sm:items-start sm:gap-6"
							aria-labelledby={`consent-${purpose}`}
						>
							<div className="grid max-w-prose gap-1">
								<h3 id={`consent-${purpose}`} className="flex flex-wrap items-center gap-2">
									{t(`consents.${purpose}.title`)}
									<span
										className={
											given[purpose]
												? "rounded-full bg-accent-soft px-2.5 py-0.5 text-sm text-accent"
												: "rounded-full bg-sunken px-2.5 py-0.5 text-sm text-ink-soft"
										}
									>
										{t(given[purpose] ? "consents.granted" : "consents.notGranted")}
									</span>
								</h3>
								<p className="text-ink-soft">{t(`consents.${purpose}.text`)}</p>
							</div>
							{given[purpose] ? (
								<Button aria-describedby={`consent-${purpose}`} onClick={() => setWithdrawing(purpose)}>
									{t("consents.withdraw")}
								</Button>
							) : (
								<Button
									aria-describedby={`consent-${purpose}`}
									isBusy={change.isPending}
									onClick={() => change.mutate({ purpose, granted: true })}
								>
									{t("consents.agree")}
								</Button>
							)}
						</li>
					))}
				</ul>
			)}
			<ConsentHistory />
			<Dialog
				title={t("consents.withdrawTitle")}
				isOpen={withdrawing !== null}
				onClose={() => setWithdrawing(null)}
				footer={
					<>
						<Button onClick={() => setWithdrawing(null)}>{common("cancel")}</Button>
						<Button
							look="danger"
							isBusy={change.isPending}
							onClick={() => withdrawing !== null && change.mutate({ purpose: withdrawing, granted: false })}
						>
							{t("consents.withdraw")}
						</Button>
					</>
				}
			>
				{withdrawing !== null && <p>{t(`consents.${withdrawing}.withdrawal`)}</p>}
			</Dialog>
		</Card>
	);
}
