import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { Button } from "../../ui/button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { saveFile } from "../../ui/save-file.js";
import { fetchResearchCsv } from "./research-queries.js";

/** Saves everything that matches, also what is not loaded yet. */
export function CsvButton({ type }: { readonly type: string }) {
	const { t } = useTranslation("research");
	const { number } = useFormat();
	const [rows, setRows] = useState(0);
	const save = useMutation({
		mutationFn: () => fetchResearchCsv(type, setRows),
		onSuccess: (file) => saveFile(file, type === "" ? "measurements.csv" : `measurements-${type}.csv`),
	});
	return (
		<div className="grid max-w-prose gap-2">
			<div className="flex flex-wrap items-center gap-3 sm:justify-end">
				<p role="status" className="numbers text-sm text-ink-soft empty:hidden">
					{save.isPending && t("csv.rows", { rows: number(rows, 0) })}
					{save.isSuccess && t("csv.saved", { rows: number(rows, 0) })}
				</p>
				<Button
					icon={<Download aria-hidden="true" className="size-5" />}
					isBusy={save.isPending}
					onClick={() => {
						setRows(0);
						save.mutate();
					}}
				>
					{t("csv.action")}
				</Button>
			</div>
			{save.isError && <ErrorNotice error={save.error} />}
		</div>
	);
}
