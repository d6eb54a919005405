import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Camera, Trash2, UserX } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { subjectModelsQuery, subjectQuery } from "../../api/queries.js";
import type { SubjectDocument } from "../../api/types.js";
import { useSubjectName } from "../../subjects/subject-name.js";
import { Button, ButtonLink, Spinner } from "../../ui/button.js";
import { Card, Page } from "../../ui/card.js";
import { Loading } from "../../ui/loading.js";
import { ErrorNotice } from "../../ui/notice.js";
import { AnonymizeDialog } from "./anonymize-dialog.js";
import { deleteSubjects } from "./delete-subjects.js";
import { SubjectFacts } from "./subject-facts.js";
import { SubjectHistory } from "./subject-history.js";

const HistoryChart = lazy(async () => ({
	default: (await import("../history/history-chart.js")).HistoryChart,
}));
const route = getRouteApi("/personal/subjects/$subjectId");

/** A person: facts, bodies over time, what can be done with them. */
export function SubjectPage() {
	const { t } = useTranslation("subjects");
	const { subjectId } = route.useParams();
	const subject = useQuery(subjectQuery(subjectId));
	const nameOf = useSubjectName();
	if (subject.isPending) {
		return (
			<Page title={t("person")} isWide>
				<Loading />
			</Page>
		);
	}
	if (subject.isError) {
		return (
			<Page title={t("person")}>
				<ErrorNotice error={subject.error} onRetry={() => void subject.refetch()} />
				<div className="mt-4">
					<ButtonLink to="/subjects">{t("toAll")}</ButtonLink>
				</div>
			</Page>
		);
	}
	return (
		<Page
			title={nameOf(subject.data)}
			tabTitle={t("person")}
			isWide
			actions={
				<ButtonLink
					look="primary"
					to="/measure"
					search={{ subject: subjectId }}
					icon={<Camera aria-hidden="true" className="size-5" />}
				>
					{t("measure")}
				</ButtonLink>
			}
		>
			<div className="grid items-start gap-6 lg:grid-cols-[20rem_minmax(0,1fr)]">
				<div className="grid gap-6 max-lg:contents">
					<SubjectFacts subject={subject.data} />
					<Ending subject={subject.data} />
				</div>
				<div className="grid min-w-0 gap-6">
					<SubjectHistory subjectId={subjectId} />
					<OverTime subjectId={subjectId} />
				</div>
			</div>
		</Page>
	);
}

/** A measurement over time, once there are two bodies to draw. */
function OverTime({ subjectId }: { readonly subjectId: string }) {
	const { t } = useTranslation("subjects");
	const count = useQuery(subjectModelsQuery(subjectId, { limit: 1 })).data?.total ?? 0;
	if (count < 2) return null;
	return (
		<Card title={t("history.chart")}>
			<Suspense fallback={<Spinner />}>
				<HistoryChart subject_id={subjectId} />
			</Suspense>
		</Card>
	);
}

/** Anonymise or delete; on phones below everything else. */
function Ending({ subject }: { readonly subject: SubjectDocument }) {
	const { t } = useTranslation("subjects");
	const navigate = useNavigate();
	const name = useSubjectName()(subject);
	const [isAnonymizing, setAnonymizing] = useState(false);
	return (
		<Card className="max-lg:order-last">
			<div className="grid gap-3">
				{!subject.anonymized && (
					<Button icon={<UserX aria-hidden="true" className="size-5" />} onClick={() => setAnonymizing(true)}>
						{t("anonymize.action")}
					</Button>
				)}
				<Button
					look="danger"
					icon={<Trash2 aria-hidden="true" className="size-5" />}
					onClick={() => {
						deleteSubjects([subject.subject_id], name);
						void navigate({ to: "/subjects" });
					}}
				>
					{t("deletePerson")}
				</Button>
				<p className="text-sm text-ink-soft">{t("deleteHint")}</p>
			</div>
			<AnonymizeDialog ids={isAnonymizing ? [subject.subject_id] : null} onClose={() => setAnonymizing(false)} />
		</Card>
	);
}
