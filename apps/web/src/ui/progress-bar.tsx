/** How far something is, 0…1; null when that is not known. */
export function ProgressBar({ label, value }: { readonly label: string; readonly value: number | null }) {
	return (
		<div
			role="progressbar"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={100}
			aria-valuenow={value === null ? undefined : Math.round(100 * value)}
			className="h-2 overflow-hidden rounded-full bg-sunken ring-1 ring-line"
		>
			<div
				className={
					value === null ? "h-full w-1/3 animate-pulse bg-accent" : "h-full bg-accent transition-[width] duration-300"
				}
				style={value === null ? undefined : { width: `${100 * Math.min(1, Math.max(0, value))}%` }}
			/>
		</div>
	);
}
