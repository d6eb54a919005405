import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Spinner } from "../../ui/button.js";
import { EmptyState } from "../../ui/card.js";
import { MoreButton } from "../../ui/more-button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { Segmented } from "../../ui/segmented.js";
import { type ReviewState, reviewsQuery } from "./admin-queries.js";
import { useDecidedReviews } from "./decide-review.js";
import { ReviewCard } from "./review-card.js";

const STATES: readonly ReviewState[] = ["open", "accepted", "rejected"];

/** Fits that were flagged: what is doubtful about each, and a decision. */
export function ReviewPanel() {
	const { t } = useTranslation("admin");
	const [state, setState] = useState<ReviewState>("open");
	const decided = useDecidedReviews();
	const list = useInfiniteQuery(reviewsQuery(state));
	const reviews = (list.data?.pages.flatMap((page) => page.reviews) ?? []).filter(
		({ model_id }) => !decided.has(model_id),
	);
	return (
		<div className="grid grid-cols-1 gap-4">
			<p className="max-w-prose text-ink-soft">{t("review.lead")}</p>
			<Segmented
				legend={t("review.state")}
				isLegendHidden
				value={state}
				options={STATES.map((value) => ({ value, label: t(`review.states.${value}`) }))}
				onChange={setState}
			/>
			{list.isPending && <Spinner />}
			{list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
			{list.isSuccess && reviews.length === 0 && !list.hasNextPage && <EmptyState title={t(`review.empty.${state}`)} />}
			<ul className="grid gap-4 lg:grid-cols-2">
				{reviews.map((review) => (
					<ReviewCard key={review.model_id} review={review} />
				))}
			</ul>
			<MoreButton list={list} label={t("more")} />
		</div>
	);
}
