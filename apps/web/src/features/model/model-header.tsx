import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Camera, Trash2 } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { subjectQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { deleteBody } from "../../models/delete-body.js";
import { ButtonLink, IconButton } from "../../ui/button.js";
import { RenamePerson } from "./rename-person.js";

/** Whose body this is, from when, and how good it is. */
export const ModelHeader = memo(function ModelHeader({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const { dateTime, locale } = useFormat();
	const { data: subject } = useQuery(subjectQuery(model.subject_id));
	const navigate = useNavigate();
	const { model_id, subject_id } = model;
	// Deleted only once the page has really been left: it may have asked about unsaved changes.
	const leaveAndDelete = async () => {
		await navigate({ to: "/subjects/$subjectId", params: { subjectId: subject_id } });
		if (location.pathname.includes(model_id)) return;
		deleteBody(model_id, () => void navigate({ to: "/models/$modelId", params: { modelId: model_id } }));
	};
	const name = subject?.name ?? t("unnamed");
	const views = new Intl.ListFormat(locale).format(
		model.views.map((view) => t(`view.${view.label ?? view.direction}`)),
	);
	return (
		<header className="mb-3 lg:mb-5">
			{/* Without the name: titles stay in the browser's history. */}
			<title>{`${t("title")} · anny-fitter`}</title>
			<div className="flex items-start justify-between gap-2">
				<div className="min-w-0">
					<div className="flex items-center gap-1">
						<h1 className="min-w-0">
							<Link
								to="/subjects/$subjectId"
								params={{ subjectId: model.subject_id }}
								className="line-clamp-2 wrap-anywhere text-ink no-underline hover:underline"
							>
								{name}
							</Link>
						</h1>
						{subject !== undefined && <RenamePerson subject={subject} />}
					</div>
					<p className="text-sm text-ink-soft">
						{model.name !== undefined && (
							<>
								<strong className="font-medium wrap-anywhere text-ink">{model.name}</strong>
								{" · "}
							</>
						)}
						<time dateTime={model.created_at}>{dateTime(model.created_at)}</time>
						{" · "}
						{model.based_on_model_id !== undefined && (
							<>
								<Link
									to="/models/$modelId"
									params={{ modelId: model.based_on_model_id }}
									className="text-ink underline"
								>
									{t("adjustedFrom")}
								</Link>
								{" · "}
							</>
						)}
						{model.views.length === 0 ? t("noPhotos") : t("photos", { count: model.views.length, views })}
					</p>
				</div>
				<div className="flex shrink-0 items-center gap-1">
					<ButtonLink
						to="/measure"
						search={{ subject: model.subject_id }}
						className="max-sm:w-11 max-sm:px-0"
						icon={<Camera aria-hidden="true" className="size-5" />}
					>
						<span className="max-sm:sr-only">{t("measureAgain")}</span>
					</ButtonLink>
					<IconButton label={t("delete.label")} onClick={() => void leaveAndDelete()}>
						<Trash2 aria-hidden="true" className="size-5" />
					</IconButton>
				</div>
			</div>
		</header>
	);
});
