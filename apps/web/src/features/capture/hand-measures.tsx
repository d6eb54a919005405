import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { lengthFromShown, lengthToShown, lengthUnit } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { useMeasurementHow, useMeasurementName } from "../../measurements/measurement-names.js";
import { Button, IconButton } from "../../ui/button.js";
import { Select } from "../../ui/field.js";
import { changeDraft, useDraft } from "./draft-store.js";
import type { FactProblems, HandMeasure } from "./facts.js";
import { NumberInput, type Scale } from "./number-input.js";
import { ProblemText } from "./problem-text.js";

/** What a tape in other people's hands measures well. */
const BY_HAND = [
	"waist_girth",
	"hip_girth",
	"chest_girth",
	"underbust_girth",
	"neck_girth",
	"thigh_girth",
	"calf_girth",
	"upper_arm_girth",
	"wrist_girth",
	"ankle_girth",
	"head_girth",
	"inside_leg_height",
	"arm_length",
] as const;

/** Tape measurements, which pin the body down where they are taken. */
export function HandMeasures({ problems }: { readonly problems: FactProblems }) {
	const { t } = useTranslation("capture");
	const measures = useDraft(({ draft }) => draft.facts.measures);
	const change = (next: readonly HandMeasure[]) =>
		changeDraft((draft) => ({ facts: { ...draft.facts, measures: next } }));
	const free = BY_HAND.filter((id) => !measures.some((measure) => measure.id === id));
	return (
		<details className="group" open={measures.length > 0 || undefined}>
			<summary className="flex min-h-11 items-center gap-2 font-medium text-accent">
				<Plus aria-hidden="true" className="size-5 transition-transform group-open:rotate-45" />
				{t("tape.title")}
			</summary>
			<div className="grid gap-3 pt-2">
				<p className="text-sm text-ink-soft">{t("tape.text")}</p>
				{measures.map((measure, position) => (
					<MeasureRow
						key={measure.id}
						measure={measure}
						choices={[measure.id, ...free]}
						problem={problems[`measures.${position}`]}
						onChange={(next) => change(measures.with(position, next))}
						onRemove={() => change(measures.toSpliced(position, 1))}
					/>
				))}
				{free[0] !== undefined && (
					<div>
						<Button
							icon={<Plus aria-hidden="true" className="size-4" />}
							onClick={() => change([...measures, { id: free[0] ?? "", value_m: null }])}
						>
							{t("tape.add")}
						</Button>
					</div>
				)}
			</div>
		</details>
	);
}

function MeasureRow({
	measure,
	choices,
	problem,
	onChange,
	onRemove,
}: {
	readonly measure: HandMeasure;
	readonly choices: readonly string[];
	readonly problem: FactProblems[string];
	readonly onChange: (measure: HandMeasure) => void;
	readonly onRemove: () => void;
}) {
	const { t } = useTranslation("capture");
	const { units, length } = useFormat();
	const nameOf = useMeasurementName();
	const how = useMeasurementHow()(measure.id);
	const errorId = useId();
	const scale: Scale = {
		unit: lengthUnit(units),
		digits: 1,
		toShown: (value_m) => lengthToShown(value_m, units),
		fromShown: (shown) => lengthFromShown(shown, units),
	};
	return (
		<div className="grid gap-1.5">
			<div className="grid grid-cols-[1fr_7rem_auto] items-center gap-2">
				<Select
					aria-label={t("tape.which")}
					value={measure.id}
					onChange={(event) => onChange({ ...measure, id: event.target.value })}
				>
					{choices.map((id) => (
						<option key={id} value={id}>
							{nameOf(id)}
						</option>
					))}
				</Select>
				<NumberInput
					aria-label={nameOf(measure.id)}
					aria-describedby={problem && errorId}
					aria-invalid={problem ? true : undefined}
					value={measure.value_m}
					scale={scale}
					onChange={(value_m) => onChange({ ...measure, value_m })}
				/>
				<IconButton label={t("tape.remove", { name: nameOf(measure.id) })} onClick={onRemove}>
					<Trash2 aria-hidden="true" className="size-5" />
				</IconButton>
			</div>
			{problem && (
				<p id={errorId} role="alert" className="text-sm font-medium text-bad">
					<ProblemText
						field="measures"
						problem={problem}
						show={length}
						use={(value_m) => onChange({ ...measure, value_m })}
					/>
				</p>
			)}
			{how !== null && <p className="text-sm text-ink-soft">{how}</p>}
		</div>
	);
}
