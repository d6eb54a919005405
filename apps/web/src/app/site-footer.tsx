import { useTranslation } from "react-i18next";
import { useAuth } from "../auth/auth-store.js";

/** Privacy in one sentence, version, licence, the API's documentation. */
export function SiteFooter() {
	const { t } = useTranslation("shell");
	const version = useAuth((state) => state.app?.version);
	return (
		<footer className="mt-8 border-t border-line text-sm text-ink-soft print:hidden">
			<div className="mx-auto flex max-w-7xl flex-wrap items-center justify-between gap-x-8 gap-y-1 px-4 py-4 sm:px-6">
				<p className="max-w-prose">{t("footer.privacy")}</p>
				<ul className="flex flex-wrap items-center gap-x-4">
					{version !== undefined && (
						<li className="numbers flex min-h-11 items-center">{t("footer.version", { version })}</li>
					)}
					<li>
						<a
							href="https://www.apache.org/licenses/LICENSE-2.0"
							rel="license noreferrer"
							className="inline-flex min-h-11 items-center"
						>
							{t("footer.licence")}
						</a>
					</li>
					<li>
						<a href="/licences.txt" className="inline-flex min-h-11 items-center">
							{t("footer.bundled")}
						</a>
					</li>
					<li>
						<a href="/docs" className="inline-flex min-h-11 items-center">
							{t("footer.api")}
						</a>
					</li>
				</ul>
			</div>
		</footer>
	);
}
