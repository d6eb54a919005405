import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { openFitsQuery, subjectsQuery } from "../../api/queries.js";
import { forgetFarewell, useAuth } from "../../auth/auth-store.js";
import { Button, Spinner } from "../../ui/button.js";
import { Page } from "../../ui/card.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { Continue } from "./continue.js";
import { latestPeopleQuery } from "./latest-people.js";
import { Welcome } from "./welcome.js";

/** What this is, to those who are new; where they were, to those who return. */
export function HomePage() {
	const { status, farewell } = useAuth();
	return (
		<>
			{farewell === "deleted" && <DeletedNotice />}
			{status === "signed-in" ? <OwnHome /> : <Welcome />}
		</>
	);
}

function OwnHome() {
	const { t } = useTranslation("home");
	const people = useQuery(subjectsQuery(latestPeopleQuery));
	const fits = useQuery(openFitsQuery);
	const client = useQueryClient();
	const fitCount = fits.data?.length;
	const lastCount = useRef(fitCount);
	useEffect(() => {
		// What has ended may have brought a new person.
		if (lastCount.current !== undefined && lastCount.current !== fitCount) {
			void client.invalidateQueries({ queryKey: ["subjects"] });
		}
		lastCount.current = fitCount;
	}, [client, fitCount]);
	const problem = people.error ?? fits.error;
	if (problem !== null && (people.data === undefined || fits.data === undefined)) {
		return (
			<Page title={t("own.title")}>
				<ErrorNotice
					error={problem}
					onRetry={() => {
						void people.refetch();
						void fits.refetch();
					}}
				/>
			</Page>
		);
	}
	if (people.data === undefined || fits.data === undefined) {
		return (
			<p className="grid min-h-96 place-items-center text-ink-soft">
				<Spinner />
			</p>
		);
	}
	if (people.data.total === 0 && fits.data.length === 0) return <Welcome />;
	return <Continue people={people.data} fits={fits.data} />;
}

function DeletedNotice() {
	const { t } = useTranslation("home");
	const isLocal = useAuth((state) => state.app?.single_user === true);
	return (
		<div className="mx-auto max-w-7xl px-4 pt-6 sm:px-6" role="status">
			<Notice kind="good" title={t("deleted.title")}>
				<p>{isLocal ? t("deleted.local") : t("deleted.account")}</p>
				<div className="mt-2">
					<Button onClick={forgetFarewell}>{t("deleted.ok")}</Button>
				</div>
			</Notice>
		</div>
	);
}
