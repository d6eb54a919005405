import { describeVisibility } from "./body-visibility.js";
import { type HolisticResult, RIVAL_PROMINENCE } from "./holistic.js";

/** Whether a photo can be fitted, and what is wrong with it. Messages and remedies are one sentence each. */
export type PersonAssessment =
	| { readonly usable: true; readonly warnings: readonly string[] }
	| {
			readonly usable: false;
			readonly code: "no_person" | "body_not_visible" | "several_people";
			readonly message: string;
			readonly remedy: string;
			readonly warnings: readonly string[];
	  };

/** Below this height in pixels the landmarks' own noise exceeds a centimetre on the body. */
const MIN_PERSON_HEIGHT_PX = 200;

/**
 * Decide whether the analysed person can be measured: somebody is there, alone enough, and visible from head to ankles.
 * Smaller defects (a hand or the toes outside the frame, a bystander, a small image) become warnings.
 */
export function assessPerson(result: HolisticResult): PersonAssessment {
	if (result.body.length === 0) {
		return {
			usable: false,
			code: "no_person",
			message: "No person was found in the photo.",
			remedy: "Use a photo that shows one person from head to feet against a calm background.",
			warnings: [],
		};
	}
	const warnings: string[] = [];
	const others = result.people.slice(1);
	const rivals = others.filter((person) => person.prominence >= RIVAL_PROMINENCE);
	if (rivals.length > 0) {
		return {
			usable: false,
			code: "several_people",
			message: `The photo shows ${rivals.length + 1} equally prominent people.`,
			remedy: "Use a photo with one person, or crop it to the person to be measured.",
			warnings,
		};
	}
	if (others.length > 0) {
		const who = others.length === 1 ? "Another person is" : `${others.length} other people are`;
		warnings.push(`${who} in the background; the largest and most central person was measured.`);
	}
	const visibility = describeVisibility(result);
	if (visibility.missing.length > 0) {
		return {
			usable: false,
			code: "body_not_visible",
			message: visibility.isFaceOnly
				? "The photo shows only a face."
				: `The photo does not show the person's ${joinWords(visibility.missing)}.`,
			remedy: "Step back until head, hands and feet are in the picture.",
			warnings,
		};
	}
	warnings.push(...visibility.warnings);
	if (visibility.height_px < MIN_PERSON_HEIGHT_PX) {
		warnings.push(
			`The person is only ${Math.round(visibility.height_px)} pixels tall; measurements will be less certain.`,
		);
	}
	return { usable: true, warnings };
}

function joinWords(words: readonly string[]): string {
	if (words.length < 2) return words.join("");
	return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
