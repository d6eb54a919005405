import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ModelSummary } from "../../api/types.js";
import { together } from "../../format/together.js";
import { useFormat } from "../../format/use-format.js";

/** One of a person's bodies, to open or to tick for comparing. */
export function BodyCard({
	model,
	isTicked,
	onTick,
}: {
	readonly model: ModelSummary;
	readonly isTicked: boolean;
	/** Undefined: there is nothing to compare it with. */
	readonly onTick?: ((isTicked: boolean) => void) | undefined;
}) {
	const { t } = useTranslation("subjects");
	const format = useFormat();
	const { model_id, created_at, expected_pve_mm, flagged_for_review, review_state, photo_count, name } = model;
	const when = format.dateTime(created_at);
	const isDoubted = flagged_for_review && review_state !== "accepted";
	return (
		<li className="relative grid gap-3 rounded-card border border-line bg-surface p-4 shadow-card hover:border-line-strong has-[input:checked]:border-accent has-[input:checked]:bg-accent-soft">
			<div className="flex items-start justify-between gap-2">
				<Link
					to="/models/$modelId"
					params={{ modelId: model_id }}
					className="min-w-0 font-medium text-ink no-underline after:absolute after:inset-0 after:rounded-card"
				>
					{name !== null && <span className="block wrap-anywhere">{name}</span>}
					<time dateTime={created_at} className={name === null ? undefined : "text-sm font-normal text-ink-soft"}>
						{when}
					</time>
				</Link>
				{onTick !== undefined && (
					<label className="relative z-10 -m-3 grid size-11 shrink-0 place-items-center">
						<span className="sr-only">{t("history.tick", { date: name === null ? when : `${name}, ${when}` })}</span>
						<input
							type="checkbox"
							className="size-5 accent-accent"
							checked={isTicked}
							onChange={(event) => onTick(event.target.checked)}
						/>
					</label>
				)}
			</div>
			<dl className="numbers grid grid-cols-2 gap-3">
				<Figure label={t("history.stature")} value={format.length(model.stature_m, "stature")} />
				<Figure label={t("history.mass")} value={format.mass(model.mass_kg)} />
			</dl>
			<p className="text-sm text-ink-soft">
				{expected_pve_mm !== null && (
					<>
						{t("history.accuracy", { value: together(format.margin(expected_pve_mm / 1000)) })}
						{" · "}
					</>
				)}
				{model.based_on_model_id === null ? t("history.photos", { count: photo_count }) : t("history.adjusted")}
			</p>
			{isDoubted && (
				<p className="flex items-center gap-2 text-sm font-medium text-warn">
					<TriangleAlert aria-hidden="true" className="size-4 shrink-0" />
					{t(review_state === "rejected" ? "history.rejected" : "history.flagged")}
				</p>
			)}
		</li>
	);
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
	return (
		<div>
			<dt className="text-sm text-ink-soft">{label}</dt>
			<dd className="text-xl font-semibold tracking-tight">{value}</dd>
		</div>
	);
}
