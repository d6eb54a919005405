import { useTranslation } from "react-i18next";
import type { FactProblem } from "./facts.js";

/** What is wrong with a fact, with a press to take what was probably meant. */
export function ProblemText({
	field,
	problem,
	show,
	use,
}: {
	readonly field: string;
	readonly problem: FactProblem;
	readonly show: (value: number) => string;
	readonly use: (value: number) => void;
}) {
	const { t, i18n } = useTranslation("capture");
	const { suggestion } = problem;
	const kind = field.startsWith("measures") ? "measure" : field;
	const own = `problems.${problem.code}.${kind}`;
	return (
		<>
			{i18n.exists(`capture:${own}`) ? t(own) : t(`problems.${problem.code}.any`)}
			{suggestion !== null && (
				<button
					type="button"
					className="ms-1 inline-flex min-h-6 items-center font-semibold underline underline-offset-2"
					onClick={() => use(suggestion)}
				>
					{t("problems.use", { value: show(suggestion) })}
				</button>
			)}
		</>
	);
}
