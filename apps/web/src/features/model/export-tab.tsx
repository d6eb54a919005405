import { useQuery } from "@tanstack/react-query";
import { Braces, FileText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { subjectQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { Button, ButtonLink } from "../../ui/button.js";
import { copyText } from "../../ui/copy-text.js";
import { Segmented } from "../../ui/segmented.js";
import { toast } from "../../ui/toasts.js";
import { EXPORT_FORMATS, type ExportFrame, type ExportPose, hasMeshOptions } from "./export-names.js";
import { ExportRow } from "./export-row.js";

/** The body as files, the report, and the document for developers. */
export function ExportTab({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const { data: subject } = useQuery(subjectQuery(model.subject_id));
	const [pose, setPose] = useState<ExportPose>("rest");
	const [frame, setFrame] = useState<ExportFrame>("gltf");
	const row = (format: (typeof EXPORT_FORMATS)[number]) => (
		// Other options make another file.
		<ExportRow
			key={`${format}-${hasMeshOptions(format) ? `${pose}-${frame}` : ""}`}
			{...{ model, format, pose, frame }}
			personName={subject?.name ?? null}
		/>
	);
	const copy = async () => {
		const isCopied = await copyText(JSON.stringify(model, null, 2));
		toast(t(isCopied ? "export.jsonCopied" : "export.notCopied"));
	};
	return (
		<div className="grid gap-6">
			<section aria-labelledby="export-report" className="grid gap-3 rounded-card border border-line bg-surface p-4">
				<div>
					<h2 id="export-report">{t("export.report")}</h2>
					<p className="text-sm text-ink-soft">{t("export.reportText")}</p>
				</div>
				<div>
					<ButtonLink
						to="/models/$modelId/report"
						params={{ modelId: model.model_id }}
						look="primary"
						icon={<FileText aria-hidden="true" className="size-5" />}
					>
						{t("export.openReport")}
					</ButtonLink>
				</div>
			</section>
			<section aria-labelledby="export-3d">
				<h2 id="export-3d">{t("export.body")}</h2>
				<ul className="divide-y divide-line">{row("glb")}</ul>
				<div className="rounded-lg bg-sunken px-4 pt-3 pb-1">
					<div className="flex flex-wrap gap-x-6 gap-y-3 text-sm">
						<Segmented
							legend={t("export.pose")}
							value={pose}
							options={[
								{ value: "rest", label: t("export.rest") },
								{ value: "given", label: t("export.given") },
							]}
							onChange={setPose}
						/>
						<Segmented
							legend={t("export.frame")}
							value={frame}
							options={[
								{ value: "gltf", label: t("export.yUp") },
								{ value: "anny", label: t("export.zUp") },
							]}
							onChange={setFrame}
						/>
					</div>
					<ul className="mt-1 divide-y divide-line">{EXPORT_FORMATS.filter(hasMeshOptions).map(row)}</ul>
				</div>
			</section>
			<section aria-labelledby="export-data">
				<h2 id="export-data">{t("export.data")}</h2>
				<ul className="divide-y divide-line">
					{row("csv")}
					{row("json")}
				</ul>
				<Button icon={<Braces aria-hidden="true" className="size-5" />} className="mt-2 text-sm" onClick={copy}>
					{t("export.copyJson")}
				</Button>
			</section>
		</div>
	);
}
