import { useInfiniteQuery } from "@tanstack/react-query";
import { GitCompareArrows } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useHiddenBodies } from "../../models/delete-body.js";
import { ButtonLink } from "../../ui/button.js";
import { EmptyState } from "../../ui/card.js";
import { Loading } from "../../ui/loading.js";
import { MoreButton } from "../../ui/more-button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { BodyCard } from "./body-card.js";
import { endlessModelsQuery } from "./subject-queries.js";

/** A person's bodies, newest first; two of them can be ticked and compared. */
export function SubjectHistory({ subjectId }: { readonly subjectId: string }) {
	const { t } = useTranslation("subjects");
	const history = useInfiniteQuery(endlessModelsQuery(subjectId));
	const [ticked, setTicked] = useState<readonly string[]>([]);
	const hidden = useHiddenBodies();
	const all = history.data?.pages.flatMap((page) => page.models) ?? [];
	const models = all.filter(({ model_id }) => !hidden.has(model_id));
	const total = (history.data?.pages.at(-1)?.total ?? 0) - (all.length - models.length);
	// The list runs from new to old; differences are told from old to new.
	const [b, a] = models.filter(({ model_id }) => ticked.includes(model_id));
	// A third tick takes the place of the one before the last.
	const tick = (id: string, isTicked: boolean) =>
		setTicked(isTicked ? [...ticked.slice(-1), id] : ticked.filter((other) => other !== id));
	if (history.isPending) {
		return <Loading />;
	}
	if (history.isError) return <ErrorNotice error={history.error} onRetry={() => void history.refetch()} />;
	if (models.length === 0) {
		return (
			<EmptyState
				title={t("history.empty")}
				action={
					<ButtonLink look="primary" to="/measure" search={{ subject: subjectId }}>
						{t("measure")}
					</ButtonLink>
				}
			>
				{t("history.emptyText")}
			</EmptyState>
		);
	}
	return (
		<section aria-labelledby="bodies-heading">
			<div className="mb-3 flex min-h-11 flex-wrap items-center justify-between gap-2">
				<h2 id="bodies-heading">{t("bodies", { count: total })}</h2>
				{models.length > 1 &&
					(a !== undefined && b !== undefined ? (
						<ButtonLink
							look="primary"
							to="/compare"
							search={{ a: a.model_id, b: b.model_id }}
							icon={<GitCompareArrows aria-hidden="true" className="size-5" />}
						>
							{t("history.compare")}
						</ButtonLink>
					) : (
						<p className="text-sm text-ink-soft">{t("history.compareHint")}</p>
					))}
			</div>
			<ul className="grid gap-3 sm:grid-cols-2">
				{models.map((model) => (
					<BodyCard
						key={model.model_id}
						model={model}
						isTicked={ticked.includes(model.model_id)}
						onTick={models.length > 1 ? (isTicked) => tick(model.model_id, isTicked) : undefined}
					/>
				))}
			</ul>
			{history.hasNextPage && (
				<div className="mt-4 text-center">
					<MoreButton list={history} label={t("more")} />
				</div>
			)}
		</section>
	);
}
