import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Units } from "../../preferences/preferences-store.js";
import { feetAndInches, fromFeetAndInches } from "./facts.js";
import { NumberInput, type Scale } from "./number-input.js";

const CENTIMETRES: Scale = { unit: "cm", digits: 1, toShown: (m) => m * 100, fromShown: (cm) => cm / 100 };
const AS_TYPED = { toShown: (value: number) => value, fromShown: (shown: number) => shown };
const FEET: Scale = { unit: "ft", digits: 0, ...AS_TYPED };
const INCHES: Scale = { unit: "in", digits: 1, ...AS_TYPED };

interface Props {
	readonly id: string;
	readonly "aria-describedby": string | undefined;
	readonly "aria-invalid": true | undefined;
	readonly value_m: number | null;
	readonly units: Units;
	readonly onChange: (value_m: number | null) => void;
	readonly onBlur: () => void;
}

/** A body height in centimetres, or in feet and inches. */
export function StatureInput({ value_m, units, ...props }: Props) {
	return units === "metric" ? (
		<NumberInput {...props} name="stature" value={value_m} scale={CENTIMETRES} />
	) : (
		<FeetAndInches {...props} value_m={value_m} />
	);
}

function FeetAndInches({ value_m, onChange, onBlur, id, ...described }: Omit<Props, "units">) {
	const { t } = useTranslation("capture");
	const [parts, setParts] = useState({ ...split(value_m), value_m });
	let { feet, inches } = parts;
	if (!Object.is(parts.value_m, value_m)) {
		({ feet, inches } = split(value_m));
		setParts({ feet, inches, value_m });
	}
	const change = (next: { readonly feet: number | null; readonly inches: number | null }) => {
		const length_m = fromFeetAndInches(next.feet, next.inches);
		setParts({ ...next, value_m: length_m });
		onChange(length_m);
	};
	return (
		<span className="grid grid-cols-2 gap-2">
			<NumberInput
				{...described}
				id={id}
				name="stature-feet"
				aria-label={t("facts.feet")}
				value={feet}
				scale={FEET}
				onBlur={onBlur}
				onChange={(value) => change({ feet: value, inches })}
			/>
			<NumberInput
				{...described}
				name="stature-inches"
				aria-label={t("facts.inches")}
				value={inches}
				scale={INCHES}
				onBlur={onBlur}
				onChange={(value) => change({ feet, inches: value })}
			/>
		</span>
	);
}

function split(value_m: number | null): { readonly feet: number | null; readonly inches: number | null } {
	return value_m === null || Number.isNaN(value_m) ? { feet: null, inches: null } : feetAndInches(value_m);
}
