import type { BodyShape } from "@anny-fitter/anny";
import { DIAL_GROUPS, DIALS, type Dial, PRESETS } from "./dials.js";

/** The sliders and buttons of the page, and the values that they stand at. */
export class Panel {
	readonly #inputs = new Map<string, HTMLInputElement>();
	readonly #outputs = new Map<string, HTMLElement>();
	readonly #presets: HTMLButtonElement[];

	constructor(form: HTMLFormElement, onChange: () => void) {
		const dials = form.querySelector(".dials")!;
		for (const { title, isOpen, dials: members } of DIAL_GROUPS) {
			const group = element("details", { open: isOpen }, [element("summary", {}, [title])]);
			for (const dial of members) group.append(this.#row(dial));
			dials.append(group);
		}
		this.#presets = PRESETS.map(({ name, values }) => {
			const button = element("button", { type: "button" }, [name]);
			button.addEventListener("click", () => {
				for (const { label, standard } of DIALS) this.#set(label, values[label] ?? standard);
				this.#showPreset();
				onChange();
			});
			return button;
		});
		form.querySelector(".presets")!.append(...this.#presets);
		form.addEventListener("input", () => {
			for (const [label, input] of this.#inputs) this.#set(label, input.valueAsNumber);
			this.#showPreset();
			onChange();
		});
		form.addEventListener("reset", (event) => {
			event.preventDefault();
			this.#presets[0]?.click();
		});
		form.addEventListener("submit", (event) => event.preventDefault());
		this.#showPreset();
	}

	get shape(): BodyShape {
		return Object.fromEntries([...this.#inputs].map(([label, input]) => [label, input.valueAsNumber]));
	}

	#row({ label, name, ends, minimum, maximum, step, standard, show }: Dial): HTMLElement {
		const input = element("input", { type: "range", id: label });
		// In this order: a value outside of the range would be cut to it.
		Object.assign(input, { min: String(minimum), max: String(maximum), step: String(step), value: String(standard) });
		const output = element("span", { className: "shown" });
		this.#inputs.set(label, input);
		this.#outputs.set(label, output);
		const title = element("label", { htmlFor: label }, [name]);
		const scale = element("div", { className: "ends", ariaHidden: "true" }, [
			element("span", {}, [ends[0]]),
			element("span", {}, [ends[1]]),
		]);
		const row = element("div", { className: "dial" }, [title, output, input, scale]);
		this.#showValue(label, standard, show, [ends[0], ends[1]]);
		return row;
	}

	#set(label: string, value: number): void {
		const dial = DIALS.find((one) => one.label === label);
		const input = this.#inputs.get(label);
		if (dial === undefined || input === undefined) return;
		if (input.valueAsNumber !== value) input.value = String(value);
		this.#showValue(label, value, dial.show, dial.ends);
	}

	#showValue(label: string, value: number, show: Dial["show"], ends: Dial["ends"]): void {
		const text = show(value);
		this.#outputs.get(label)!.textContent = text;
		const input = this.#inputs.get(label)!;
		input.ariaValueText = label === "age_years" || label === "gender" ? text : `${text}, from ${ends[0]} to ${ends[1]}`;
		const share = (value - Number(input.min)) / (Number(input.max) - Number(input.min));
		input.style.setProperty("--share", String(share));
	}

	/** Marks the preset that the sliders stand at. */
	#showPreset(): void {
		const shape = this.shape as Record<string, number>;
		for (const [i, button] of this.#presets.entries()) {
			const { values } = PRESETS[i]!;
			const isAtIt = DIALS.every(({ label, standard }) => shape[label] === (values[label] ?? standard));
			button.ariaPressed = String(isAtIt);
		}
	}
}

function element<Name extends keyof HTMLElementTagNameMap>(
	name: Name,
	properties: Partial<HTMLElementTagNameMap[Name]>,
	children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Name] {
	const out = Object.assign(document.createElement(name), properties);
	out.append(...children);
	return out;
}
