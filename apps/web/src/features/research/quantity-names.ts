import { useTranslation } from "react-i18next";
import type { ResearchMeasurement } from "../../api/types.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";

/** Name of a measurement or of the mass, which the API lists beside them; those that photos show say so. */
export function useQuantityName(): (id: string, extracted_from?: ResearchMeasurement["extracted_from"]) => string {
	const { t } = useTranslation("research");
	const nameOf = useMeasurementName();
	return (id, extracted_from) => {
		const name = id === "mass" ? t("mass") : nameOf(id);
		return extracted_from === "image" ? t("inPhotos", { name }) : name;
	};
}

/** Everything that is measured, by name. */
export function useQuantityNames(): readonly { readonly id: string; readonly name: string }[] {
	const { i18n } = useTranslation("measurements");
	const nameOf = useQuantityName();
	const measurements = Object.keys(i18n.getResourceBundle(i18n.language, "measurements") ?? {});
	return [...measurements, "mass"]
		.map((id) => ({ id, name: nameOf(id) }))
		.sort((a, b) => a.name.localeCompare(b.name, i18n.language));
}
