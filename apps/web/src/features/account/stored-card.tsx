import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Box, ImageOff, LoaderCircle, type LucideIcon, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { openFitsQuery } from "../../api/queries.js";
import { useAuth } from "../../auth/auth-store.js";
import { useFormat } from "../../format/use-format.js";
import { Card } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { countsQuery } from "./counts-query.js";

/** How much of what is stored, and where. */
export function StoredCard() {
	const { t } = useTranslation("account");
	const format = useFormat();
	const isLocal = useAuth((state) => state.user?.is_local === true);
	const counts = useQuery(countsQuery);
	const fits = useQuery(openFitsQuery);
	const number = (value: number | null | undefined) =>
		value === undefined ? "…" : value === null ? "–" : format.number(value, 0);
	return (
		<Card title={t("stored.title")}>
			{counts.error !== null && <ErrorNotice error={counts.error} onRetry={() => void counts.refetch()} />}
			<dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
				<Figure Icon={Users} label={t("stored.people")}>
					<Link to="/subjects" className="text-ink decoration-line-strong">
						{number(counts.data?.people)}
					</Link>
				</Figure>
				<Figure Icon={Box} label={t("stored.bodies")}>
					{number(counts.data?.bodies)}
				</Figure>
				<Figure Icon={LoaderCircle} label={t("stored.fits")}>
					{number(fits.data?.length)}
				</Figure>
				<Figure Icon={ImageOff} label={t("stored.photos")}>
					{format.number(0, 0)}
				</Figure>
			</dl>
			<p className="mt-4 max-w-prose text-ink-soft">
				{isLocal ? t("stored.whereLocal") : t("stored.where", { host: location.host })} {t("stored.photosText")}
			</p>
		</Card>
	);
}

function Figure({
	Icon,
	label,
	children,
}: {
	readonly Icon: LucideIcon;
	readonly label: string;
	readonly children: ReactNode;
}) {
	return (
		<div className="flex flex-col-reverse justify-end gap-0.5 rounded-lg bg-sunken p-3">
			<dt className="flex items-center gap-1.5 text-sm text-ink-soft">
				<Icon aria-hidden="true" className="size-4 shrink-0" />
				{label}
			</dt>
			<dd className="numbers text-2xl font-semibold">{children}</dd>
		</div>
	);
}
