import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { modelQuery, subjectQuery } from "../../api/queries.js";
import { Button } from "../../ui/button.js";
import { Card, Page } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { BodyPane } from "../viewer/body-pane.js";
import { type Arrangement, ArrangementSwitch } from "./arrangement-switch.js";
import { type LabelledBody, useBodyLabels } from "./body-labels.js";
import { BodyPicker } from "./body-picker.js";
import { ComparisonView } from "./comparison-view.js";

/** Any two bodies beside each other. */
export function ComparePage() {
	const { t } = useTranslation("compare");
	const { a, b } = useSearch({ from: "/personal/compare" });
	const navigate = useNavigate({ from: "/compare" });
	const [arrangement, setArrangement] = useState<Arrangement>("side-by-side");
	const [selected, setSelected] = useState<string | null>(null);
	const [first, second] = [useBody(a), useBody(b)];
	const choose = useCallback(
		(which: "a" | "b", id: string | null) =>
			void navigate({
				search: ({ [which]: _, ...rest }) => (id === null ? rest : { ...rest, [which]: id }),
				replace: true,
			}),
		[navigate],
	);
	const chooseA = useCallback((id: string | null) => choose("a", id), [choose]);
	const chooseB = useCallback((id: string | null) => choose("b", id), [choose]);
	const problem = first.error ?? second.error;
	const isReady = first.model !== undefined && second.model !== undefined;
	const labelsOf = useBodyLabels();
	const [nameA, nameB] =
		first.label !== null && second.label !== null ? labelsOf(first.label, second.label) : [t("before"), t("now")];
	return (
		<Page
			title={t("title")}
			isWide
			actions={
				<Button
					icon={<ArrowLeftRight aria-hidden="true" className="size-5" />}
					disabled={!isReady}
					onClick={() => void navigate({ search: { ...(b && { a: b }), ...(a && { b: a }) }, replace: true })}
				>
					{t("swap")}
				</Button>
			}
		>
			<div className="grid gap-4 md:grid-cols-2">
				<Card title={t("before")}>
					<Picker legend={t("before")} body={first} value={a} exclude={b} onChange={chooseA} />
				</Card>
				<Card title={t("now")}>
					<Picker legend={t("now")} body={second} value={b} exclude={a} onChange={chooseB} />
				</Card>
			</div>
			{problem !== null && (
				<div className="mt-4">
					<ErrorNotice error={problem} />
				</div>
			)}
			{first.model !== undefined && second.model !== undefined && (
				<div className="mt-6 grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,34rem)] lg:items-start">
					<div className="lg:sticky lg:top-20">
						<ArrangementSwitch value={arrangement} onChange={setArrangement} />
						<div className="mt-3 h-[60dvh] overflow-hidden rounded-card border border-line bg-surface lg:h-[calc(100dvh-10rem)]">
							<BodyPane
								model={second.model}
								name={t("now")}
								other={{ model: first.model, name: t("before") }}
								arrangement={arrangement}
								selected={selected}
								onSelect={setSelected}
								className="h-full"
							/>
						</div>
					</div>
					<ComparisonView
						a={first.model.model_id}
						b={second.model.model_id}
						{...{ nameA, nameB, selected }}
						onSelect={setSelected}
					/>
				</div>
			)}
		</Page>
	);
}

type Body = ReturnType<typeof useBody>;

/** A picker that starts at the person whose body it shows. */
function Picker({
	legend,
	body,
	value,
	exclude,
	onChange,
}: {
	readonly legend: string;
	readonly body: Body;
	readonly value: string | undefined;
	readonly exclude: string | undefined;
	readonly onChange: (id: string | null) => void;
}) {
	// Whose body it is decides what is offered: wait for it.
	if (body.isPending) return null;
	return (
		<BodyPicker
			legend={legend}
			subject_id={body.model?.subject_id ?? null}
			value={value ?? null}
			exclude={exclude ?? null}
			onChange={onChange}
		/>
	);
}

function useBody(model_id: string | undefined) {
	const isGiven = model_id !== undefined;
	const model = useQuery({ ...modelQuery(model_id ?? ""), enabled: isGiven });
	const subject_id = model.data?.subject_id;
	const subject = useQuery({ ...subjectQuery(subject_id ?? ""), enabled: subject_id !== undefined });
	const label: LabelledBody | null =
		model.data === undefined
			? null
			: {
					subject_id: model.data.subject_id,
					created_at: model.data.created_at,
					personName: subject.data?.name ?? null,
					name: model.data.name,
				};
	return { model: model.data, label, error: model.error, isPending: isGiven && model.isPending };
}
