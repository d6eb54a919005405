import { useEffect, useMemo, useState } from "react";
import type { ModelDocument } from "../../api/types.js";
import type { BodyClient, BodyShape } from "../../body/body-types.js";
import { type BodyRegion, meanPerRegion, quantile, regionOfVertices, skinDifference } from "./body-regions.js";
import { DIVERGING, paint, SEQUENTIAL } from "./scene/colour-scale.js";
import { type ShownBody, shapeOf } from "./use-shown-body.js";
import type { SurfaceColouring } from "./viewer-state.js";

/** Scales begin at nothing and go at least this far, so that small contrasts look small. */
const LEAST_RANGE_M = 0.005;

/** What the colours on the body mean. */
export interface SurfaceMap {
	readonly colouring: "uncertainty" | "difference";
	/** [3V] linear RGB */
	readonly vertexColours: Float32Array;
	/** Values at the ends of the scale, metres. */
	readonly range_m: readonly [number, number];
	/** Means, the largest first. */
	readonly regions: readonly { readonly region: BodyRegion; readonly mean: number }[];
}

export interface SurfaceColours {
	readonly map: SurfaceMap | null;
	readonly isBusy: boolean;
	readonly error: unknown;
}

/** The values behind a colouring and how they are spread over the body. */
interface Sigma {
	readonly model: ModelDocument;
	readonly shape: BodyShape;
	readonly sigma_m: Float32Array;
	readonly regions: SurfaceMap["regions"];
}

/** Colours of the first body by how sure the fit is of each place, or by how the second body differs from it. */
export function useSurfaceColours(
	model: ModelDocument,
	shape: BodyShape | null,
	colouring: SurfaceColouring,
	body: ShownBody,
	other: ShownBody | null,
	client: BodyClient | null,
): SurfaceColours {
	const [sigma, setSigma] = useState<Sigma | null>(null);
	const [error, setError] = useState<unknown>(null);
	const wanted = useMemo(() => shape ?? shapeOf(model), [shape, model]);
	const covariance = model.shape_covariance;
	const isSigmaWanted = colouring === "uncertainty" && covariance !== undefined;
	useEffect(() => {
		if (!isSigmaWanted || client === null || covariance === undefined) return;
		let isCurrent = true;
		const measure = async () => {
			const [sigma_m, rest] = await Promise.all([
				client.vertexSigma_m(wanted, covariance, model.measurements),
				client.geometry(wanted, { kind: "rest" }, "viewer-regions"),
			]);
			if (!isCurrent || rest === null) return;
			const { positions, boneHeads, boneTails } = rest;
			const regions = regionOfVertices(positions, client.topology.boneLabels, boneHeads, boneTails);
			setSigma({ model, shape: wanted, sigma_m, regions: largestFirst(meanPerRegion(sigma_m, regions)) });
			setError(null);
		};
		measure().catch((reason: unknown) => isCurrent && setError(reason));
		return () => {
			isCurrent = false;
		};
	}, [isSigmaWanted, client, covariance, wanted, model]);

	const map = useMemo((): SurfaceMap | null => {
		if (colouring === "uncertainty") {
			if (sigma === null || sigma.model !== model) return null;
			const { sigma_m, regions } = sigma;
			const range_m = [0, Math.max(LEAST_RANGE_M, quantile(sigma_m, 0.98))] as const;
			return { colouring, range_m, regions, vertexColours: painted(sigma_m, range_m, SEQUENTIAL) };
		}
		if (colouring !== "difference" || body.geometry === null || !other?.geometry || client === null) return null;
		const { geometry } = body;
		const values = skinDifference(geometry, other.geometry);
		if (values === null) return null;
		const most = Math.max(LEAST_RANGE_M, quantile(values.map(Math.abs), 0.98));
		const range_m = [-most, most] as const;
		const regions = regionOfVertices(
			geometry.positions,
			client.topology.boneLabels,
			geometry.boneHeads,
			geometry.boneTails,
		);
		return {
			colouring,
			range_m,
			regions: largestFirst(meanPerRegion(values, regions)),
			vertexColours: painted(values, range_m, DIVERGING),
		};
	}, [colouring, sigma, model, body, other, client]);
	return { map, isBusy: isSigmaWanted && map === null && error === null, error: isSigmaWanted ? error : null };
}

function painted(values: Float32Array, range: readonly [number, number], scale: readonly string[]): Float32Array {
	const out = new Float32Array(3 * values.length);
	paint(out, values, range, scale);
	return out;
}

function largestFirst(regions: { region: BodyRegion; mean: number }[]): SurfaceMap["regions"] {
	return regions.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
}
