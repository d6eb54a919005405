import type { SizeCorrelation, SizeDimension } from "@anny-fitter/reference";
import { useEffect, useState } from "react";
import type { ModelDocument } from "../../api/types.js";

/**
 * How the errors of measurements go together, from the fit's covariance and the body worker; null until it is known, and
 * for models without a covariance.
 *
 * @param dimensions must be the same array each time
 */
export function useSizeCorrelation(model: ModelDocument, dimensions: readonly SizeDimension[]): SizeCorrelation | null {
	const [found, setFound] = useState<{ readonly model: ModelDocument; readonly values: Float64Array } | null>(null);
	useEffect(() => {
		const { shape_covariance, phenotypes, local_changes } = model;
		if (shape_covariance === undefined) return;
		let isCurrent = true;
		const ask = async () => {
			const { openBodyClient } = await import("../../body/body-client.js");
			const client = await openBodyClient();
			const values = await client.correlations({ phenotypes, local_changes }, shape_covariance, dimensions);
			if (isCurrent) setFound({ model, values });
		};
		// Without the worker the errors count as independent, and the page says so.
		ask().catch(() => undefined);
		return () => {
			isCurrent = false;
		};
	}, [model, dimensions]);
	if (found?.model !== model) return null;
	const { values } = found;
	return (a, b) => values[dimensions.indexOf(a) * dimensions.length + dimensions.indexOf(b)] ?? 0;
}
