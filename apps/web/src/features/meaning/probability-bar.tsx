import { classNames } from "../../ui/class-names.js";

/** A share as a bar; the words beside it say the same. */
export function ProbabilityBar({ share, isStrong }: { readonly share: number; readonly isStrong: boolean }) {
	return (
		<span aria-hidden="true" className="block h-2 w-full overflow-hidden rounded-full bg-sunken">
			<span
				className={classNames("block h-full rounded-full", isStrong ? "bg-accent" : "bg-line-strong")}
				style={{ width: `${Math.round(100 * share)}%` }}
			/>
		</span>
	);
}
