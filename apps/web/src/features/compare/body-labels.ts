import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";

/** One of two bodies that are compared. */
export interface LabelledBody {
	readonly subject_id: string;
	readonly created_at: string;
	/** Of the person; null when it is not known. */
	readonly personName: string | null;
	/** Of the body, as its user called it. */
	readonly name?: string | undefined;
}

/** What tells two bodies apart, in as few words as possible: the person, the body's name, the day, or the time. */
export function useBodyLabels(): (a: LabelledBody, b: LabelledBody) => readonly [string, string] {
	const { t } = useTranslation("compare");
	const { date, dateTime } = useFormat();
	return (a, b) => {
		const isSamePerson = a.subject_id === b.subject_id;
		const isSameDay = date(a.created_at) === date(b.created_at);
		const label = ({ created_at, personName, name }: LabelledBody) => {
			const when = name ?? (isSamePerson && isSameDay ? dateTime(created_at) : date(created_at));
			return isSamePerson ? when : `${personName ?? t("body")}, ${when}`;
		};
		return [label(a), label(b)];
	};
}
