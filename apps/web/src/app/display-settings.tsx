import { Settings2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../i18n/i18n.js";
import { setPreferences, usePreferences } from "../preferences/preferences-store.js";
import { IconButton } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Select } from "../ui/field.js";
import { Segmented } from "../ui/segmented.js";

/** Units, appearance and language. */
export function DisplaySettings() {
	const { t, i18n } = useTranslation();
	const [isOpen, setOpen] = useState(false);
	const { units, theme } = usePreferences();
	return (
		<>
			<IconButton label={t("settings.label")} onClick={() => setOpen(true)}>
				<Settings2 aria-hidden="true" className="size-5" />
			</IconButton>
			<Dialog title={t("settings.label")} isOpen={isOpen} onClose={() => setOpen(false)}>
				<Segmented
					legend={t("settings.units")}
					value={units}
					options={[
						{ value: "metric", label: t("settings.metric") },
						{ value: "imperial", label: t("settings.imperial") },
					]}
					onChange={(value) => setPreferences({ units: value })}
				/>
				<Segmented
					legend={t("settings.theme")}
					value={theme}
					options={[
						{ value: "system", label: t("settings.system") },
						{ value: "light", label: t("settings.light") },
						{ value: "dark", label: t("settings.dark") },
					]}
					onChange={(value) => setPreferences({ theme: value })}
				/>
				<Field label={t("settings.language")}>
					{(control) => (
						<Select
							{...control}
							value={i18n.language}
							onChange={(event) => setPreferences({ language: event.target.value as Language })}
						>
							{Object.entries(LANGUAGES).map(([code, name]) => (
								<option key={code} value={code} lang={code}>
									{name}
								</option>
							))}
						</Select>
					)}
				</Field>
			</Dialog>
		</>
	);
}
