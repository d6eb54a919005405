import type { Sex } from "./estimate.js";

/** Body mass index, kg/m². */
export function bodyMassIndex(mass_kg: number, stature_m: number): number {
	return mass_kg / stature_m ** 2;
}

/** Body surface area in m² (Mosteller R D, N Engl J Med 317, 1987). */
export function bodySurfaceMosteller(mass_kg: number, stature_m: number): number {
	return Math.sqrt((100 * stature_m * mass_kg) / 3600);
}

/** Body surface area in m² (Du Bois D, Du Bois E F, Arch Intern Med 17, 1916). */
export function bodySurfaceDuBois(mass_kg: number, stature_m: number): number {
	return 0.007184 * mass_kg ** 0.425 * (100 * stature_m) ** 0.725;
}

/**
 * Body roundness index (Thomas D M et al., Obesity 21, 2013): how far the ellipse of stature and waist is from a line.
 * NaN where the waist is larger than a circle of that height.
 */
export function bodyRoundness(waist_m: number, stature_m: number): number {
	return 364.2 - 365.5 * Math.sqrt(1 - (waist_m / (2 * Math.PI)) ** 2 / (0.5 * stature_m) ** 2);
}

/** A body shape index, m^(11/6) kg^(−2/3) (Krakauer N Y, Krakauer J C, PLoS ONE 7, 2012). */
export function bodyShapeIndex(waist_m: number, mass_kg: number, stature_m: number): number {
	return waist_m / (bodyMassIndex(mass_kg, stature_m) ** (2 / 3) * Math.sqrt(stature_m));
}

/** Resting energy in kcal per day (Mifflin M D et al., Am J Clin Nutr 51, 1990). */
export function restingEnergy(sex: Sex, mass_kg: number, stature_m: number, ageYears: number): number {
	return 10 * mass_kg + 625 * stature_m - 5 * ageYears + (sex === "male" ? 5 : -161);
}
