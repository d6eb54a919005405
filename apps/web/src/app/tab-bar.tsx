import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useNavigation } from "./use-navigation.js";

/** The main navigation on phones: at the bottom, where the thumb is. */
export function TabBar() {
	const { t } = useTranslation();
	const items = useNavigation();
	if (items.length === 0) return null;
	return (
		<nav
			aria-label={t("nav.label")}
			className="tab-bar fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden print:hidden"
		>
			{items.map(({ to, shortLabel, Icon }) => (
				<Link
					key={to}
					to={to}
					className="group flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium text-ink-soft no-underline data-[status=active]:text-accent"
				>
					<span className="grid h-7 w-14 place-items-center rounded-full transition-colors group-data-[status=active]:bg-accent-soft">
						<Icon aria-hidden="true" className="size-5" />
					</span>
					<span className="max-w-full truncate px-0.5">{shortLabel}</span>
				</Link>
			))}
		</nav>
	);
}
