import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Spinner } from "../../ui/button.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { comparisonQuery } from "./comparison-query.js";
import { ComparisonTable } from "./comparison-table.js";

/** The differences b − a, fetched. */
export function ComparisonView({
	a,
	b,
	nameA,
	nameB,
	selected,
	onSelect,
}: {
	readonly a: string;
	readonly b: string;
	readonly nameA: string;
	readonly nameB: string;
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("compare");
	const { data: comparison, error, refetch } = useQuery(comparisonQuery(a, b));
	if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
	if (comparison === undefined) return <Spinner />;
	return (
		<div className="grid gap-4">
			{!comparison.is_same_subject && <Notice title={t("otherPerson")} />}
			<ComparisonTable {...{ comparison, nameA, nameB, selected, onSelect }} />
		</div>
	);
}
