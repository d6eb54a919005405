import type { ReactNode } from "react";
import { classNames } from "./class-names.js";

/** A sheet of content; with a title it is a named region. */
export function Card({
	title,
	actions,
	className,
	children,
}: {
	readonly title?: ReactNode;
	readonly actions?: ReactNode;
	readonly className?: string;
	readonly children: ReactNode;
}) {
	return (
		<section className={classNames("rounded-card border border-line bg-surface p-4 shadow-card sm:p-6", className)}>
			{title !== undefined && (
				<div className="mb-4 flex flex-wrap items-center justify-between gap-2">
					<h2>{title}</h2>
					{actions}
				</div>
			)}
			{children}
		</section>
	);
}

/**
 * A page's frame: heading, what can be done, content. Sets the document's title.
 *
 * @param tabTitle instead of a heading that names a person: titles stay in the browser's history
 */
export function Page({
	title,
	tabTitle = title,
	lead,
	actions,
	isWide,
	children,
}: {
	readonly title: string;
	readonly tabTitle?: string;
	readonly lead?: ReactNode;
	readonly actions?: ReactNode;
	readonly isWide?: boolean;
	readonly children: ReactNode;
}) {
	return (
		<div className={classNames("mx-auto w-full px-4 py-6 sm:px-6 sm:py-8", isWide ? "max-w-7xl" : "max-w-4xl")}>
			<title>{`${tabTitle} · anny-fitter`}</title>
			<div className="mb-6 flex flex-wrap items-start justify-between gap-4">
				<div className="min-w-0">
					<h1>{title}</h1>
					{lead !== undefined && <p className="mt-2 max-w-prose text-ink-soft">{lead}</p>}
				</div>
				{actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
			</div>
			{children}
		</div>
	);
}

/** What stands where nothing is yet. */
export function EmptyState({
	title,
	children,
	action,
}: {
	readonly title: string;
	readonly children?: ReactNode;
	readonly action?: ReactNode;
}) {
	return (
		<div className="rounded-card border border-dashed border-line-strong px-6 py-12 text-center">
			<p className="text-lg font-medium">{title}</p>
			{children !== undefined && <div className="mx-auto mt-2 max-w-prose text-ink-soft">{children}</div>}
			{action !== undefined && <div className="mt-5 flex justify-center gap-2">{action}</div>}
		</div>
	);
}
