const OLDEST_YEARS = 110;

/**
 * Completed years of life.
 *
 * @param date_of_birth YYYY-MM-DD
 */
export function ageInYears(date_of_birth: string, at: Date): number {
	const years = at.getFullYear() - Number(date_of_birth.slice(0, 4));
	const hasBirthdayPassed = localDate(at).slice(5) >= date_of_birth.slice(5);
	return hasBirthdayPassed ? years : years - 1;
}

/** Whether someone who lives may have been born then; the server asks the same. */
export function isPossibleBirth(date_of_birth: string, at: Date): boolean {
	const day = new Date(/^\d{4}-\d{2}-\d{2}$/.test(date_of_birth) ? date_of_birth : Number.NaN);
	// The parser takes 30 February for 2 March.
	if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date_of_birth) return false;
	return date_of_birth <= localDate(at) && ageInYears(date_of_birth, at) <= OLDEST_YEARS;
}

/** YYYY-MM-DD where the person is. */
export function localDate(at: Date): string {
	const two = (value: number) => String(value).padStart(2, "0");
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
