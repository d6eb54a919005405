import { Check, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReviewDocument } from "../../api/types.js";
import { together } from "../../format/together.js";
import { useFormat } from "../../format/use-format.js";
import { Button } from "../../ui/button.js";
import { Field, INPUT_CLASSES } from "../../ui/field.js";
import { decideReview } from "./decide-review.js";

/** A flagged fit without anything that tells whose it is. */
export function ReviewCard({ review }: { readonly review: ReviewDocument }) {
	const { t, i18n } = useTranslation("admin");
	const format = useFormat();
	const [note, setNote] = useState(review.review_note ?? "");
	const { model_id, review_state, created_at, expected_pve_mm, photo_count, flags } = review;
	const decide = (decision: "accepted" | "rejected") => decideReview(model_id, decision, note.trim() || null);
	return (
		<li className="grid content-start gap-4 rounded-card border border-line bg-surface p-4 shadow-card sm:p-6">
			<div>
				<h2 className="numbers text-base">
					{t("review.fit")} <span className="font-mono text-sm">{model_id.slice(0, 8)}</span>
				</h2>
				<p className="numbers text-sm text-ink-soft">
					{format.dateTime(created_at)} · {t("review.photos", { count: photo_count })}
					{expected_pve_mm !== null &&
						` · ${t("review.accuracy", { value: together(format.margin(expected_pve_mm / 1000)) })}`}
				</p>
			</div>
			<ul className="list-disc ps-5">
				{flags.map(({ code, message }) =>
					i18n.exists(`model:flag.${code}.what`) ? (
						<li key={code}>{t(`model:flag.${code}.what`)}</li>
					) : (
						<li key={code} lang="en">
							{message}
						</li>
					),
				)}
			</ul>
			<Field label={t("review.note")} isOptional optionalText={t("common:optional")} hint={t("review.noteHint")}>
				{(control) => (
					<textarea
						{...control}
						rows={2}
						maxLength={2000}
						className={`${INPUT_CLASSES} py-2`}
						value={note}
						onChange={(event) => setNote(event.target.value)}
					/>
				)}
			</Field>
			<div className="flex flex-wrap items-center gap-2">
				{review_state !== "accepted" && (
					<Button
						look={review_state === "open" ? "primary" : "secondary"}
						icon={<Check aria-hidden="true" className="size-5" />}
						onClick={() => decide("accepted")}
					>
						{t("review.accept")}
					</Button>
				)}
				{review_state !== "rejected" && (
					<Button look="danger" icon={<X aria-hidden="true" className="size-5" />} onClick={() => decide("rejected")}>
						{t("review.reject")}
					</Button>
				)}
				{review.reviewed_at !== null && (
					<p className="numbers text-sm text-ink-soft">
						{t("review.decided", { date: format.dateTime(review.reviewed_at) })}
					</p>
				)}
			</div>
		</li>
	);
}
