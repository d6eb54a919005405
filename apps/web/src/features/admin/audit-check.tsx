import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { useFormat } from "../../format/use-format.js";
import { Button } from "../../ui/button.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";

/** Asks the server whether anybody has changed the log, and shows the fingerprint to keep elsewhere. */
export function AuditCheck() {
	const { t } = useTranslation("admin");
	const { number } = useFormat();
	const check = useMutation({ mutationFn: () => answer(api.GET("/api/v1/admin/audit/verify")) });
	const result = check.data;
	return (
		<div className="grid gap-3">
			<div className="flex flex-wrap items-center justify-between gap-3">
				<p className="max-w-prose text-ink-soft">{t("audit.lead")}</p>
				<Button
					icon={<ShieldCheck aria-hidden="true" className="size-5" />}
					isBusy={check.isPending}
					onClick={() => check.mutate()}
				>
					{t("audit.verify")}
				</Button>
			</div>
			<div role="status">
				{result?.valid === true && (
					<Notice kind="good" title={t("audit.whole", { count: result.checked, number: number(result.checked, 0) })}>
						<p className="text-sm">
							{t("audit.fingerprint")} <code className="font-mono text-xs break-all">{result.head_hash}</code>
						</p>
					</Notice>
				)}
				{result?.valid === false && (
					<Notice kind="bad" title={t("audit.broken", { number: String(result.first_broken_log_id ?? "–") })}>
						<p>{t("audit.brokenText")}</p>
					</Notice>
				)}
			</div>
			{check.isError && <ErrorNotice error={check.error} onRetry={() => check.mutate()} />}
		</div>
	);
}
