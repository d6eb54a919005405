import { FlaskConical, FolderLock, type LucideIcon, ScanLine, ShieldCheck, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAuth } from "../auth/auth-store.js";

interface NavigationItem {
	readonly to: "/measure" | "/subjects" | "/research" | "/admin" | "/account";
	readonly label: string;
	/** For narrow places. */
	readonly shortLabel: string;
	readonly Icon: LucideIcon;
}

/** The main pages that this person may open; none when nobody is signed in. */
export function useNavigation(): readonly NavigationItem[] {
	const { t } = useTranslation();
	const { status, user, app } = useAuth();
	if (status !== "signed-in") return [];
	const isResearcher = user !== null && user.role !== "user";
	const isAdmin = user?.role === "admin" && !app?.single_user;
	const items: readonly (NavigationItem | false)[] = [
		{ to: "/measure", label: t("nav.measure"), shortLabel: t("nav.measureShort"), Icon: ScanLine },
		{ to: "/subjects", label: t("nav.subjects"), shortLabel: t("nav.subjects"), Icon: Users },
		isResearcher && {
			to: "/research",
			label: t("nav.research"),
			shortLabel: t("nav.researchShort"),
			Icon: FlaskConical,
		},
		isAdmin && { to: "/admin", label: t("nav.admin"), shortLabel: t("nav.adminShort"), Icon: ShieldCheck },
		{ to: "/account", label: t("nav.account"), shortLabel: t("nav.account"), Icon: FolderLock },
	];
	return items.filter((item) => item !== false);
}
