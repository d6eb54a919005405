import type { ReactNode } from "react";

/** A step's heading with its number. */
export function StepTitle({ number, children }: { readonly number: number; readonly children: ReactNode }) {
	return (
		<span className="flex items-center gap-3">
			<span
				aria-hidden="true"
				className="numbers grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
			>
				{number}
			</span>
			{children}
		</span>
	);
}
