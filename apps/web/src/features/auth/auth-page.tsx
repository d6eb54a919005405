import type { ReactNode } from "react";

/** The narrow page of a form to sign in. */
export function AuthPage({
	title,
	other,
	children,
}: {
	readonly title: string;
	/** The way to the other form. */
	readonly other: ReactNode;
	readonly children: ReactNode;
}) {
	return (
		<div className="mx-auto grid w-full max-w-md gap-5 px-4 py-8 sm:py-14">
			<title>{`${title} · anny-fitter`}</title>
			<div className="grid gap-5 rounded-card border border-line bg-surface p-5 shadow-card sm:p-8">
				<h1>{title}</h1>
				{children}
			</div>
			<p className="text-center text-ink-soft">{other}</p>
		</div>
	);
}
