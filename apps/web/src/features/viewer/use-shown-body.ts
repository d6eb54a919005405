import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { ModelDocument } from "../../api/types.js";
import type { BodyClient, BodyGeometry, BodyPose, BodyShape, BodyTape } from "../../body/body-types.js";
import { restMeshQuery } from "./rest-mesh.js";
import type { BodySurface } from "./scene/body-geometry.js";

/** A body as it stands in the viewer at the moment. */
export interface ShownBody {
	/** Null while nothing has arrived. */
	readonly surface: BodySurface | null;
	/** With joints: only from the body worker. */
	readonly geometry: BodyGeometry | null;
	readonly tapes: readonly BodyTape[];
	/** The pose of `surface`; the wanted one may still be on its way. */
	readonly pose: BodyPose;
	readonly error: unknown;
}

const REST: BodyPose = { kind: "rest" };
const NO_TAPES: readonly BodyTape[] = [];
/** Tapes take longer than the surface, so they wait until a slider rests for a moment. */
const TAPES_AFTER_MS = 90;

/** What the worker made, and what it was made from. */
interface Made {
	readonly shape: BodyShape;
	readonly pose: BodyPose;
	readonly geometry: BodyGeometry;
}

/**
 * First the server's mesh of the resting body, then what the worker makes of shape and pose.
 *
 * @param model null shows nothing
 * @param shape instead of the model's own
 * @param lane the worker drops older requests of the same lane
 */
export function useShownBody(
	model: ModelDocument | null,
	shape: BodyShape | null,
	pose: BodyPose,
	client: BodyClient | null,
	lane: string,
): ShownBody {
	const rest = useQuery({
		...restMeshQuery(model?.model_id ?? ""),
		enabled: model !== null && shape === null && client === null,
	});
	const wanted = useMemo(() => shape ?? (model === null ? null : shapeOf(model)), [shape, model]);
	const [made, setMade] = useState<Made | null>(null);
	const [tapes, setTapes] = useState<{ readonly pose: BodyPose; readonly tapes: readonly BodyTape[] } | null>(null);
	const [error, setError] = useState<unknown>(null);

	useEffect(() => {
		if (client === null || wanted === null) return;
		let isCurrent = true;
		const fail = (reason: unknown) => isCurrent && setError(reason);
		client.geometry(wanted, pose, `${lane}-surface`).then((geometry) => {
			if (!isCurrent || geometry === null) return;
			setMade({ shape: wanted, pose, geometry });
			setError(null);
		}, fail);
		const timer = setTimeout(() => {
			client.tapes(wanted, pose, `${lane}-tapes`).then((given) => {
				if (isCurrent && given !== null) setTapes({ pose, tapes: given });
			}, fail);
		}, TAPES_AFTER_MS);
		return () => {
			isCurrent = false;
			clearTimeout(timer);
		};
	}, [client, wanted, pose, lane]);

	const present = model === null ? null : made;
	const mesh = rest.data;
	const surface = useMemo((): BodySurface | null => {
		if (present !== null && client !== null) {
			const { positions, normals } = present.geometry;
			return { positions, normals, triangles: client.topology.triangles };
		}
		return model === null ? null : (mesh ?? null);
	}, [present, client, mesh, model]);
	return {
		surface,
		geometry: present?.geometry ?? null,
		tapes: present !== null && tapes?.pose === present.pose ? tapes.tapes : NO_TAPES,
		pose: present?.pose ?? REST,
		error: error ?? (surface === null ? rest.error : null),
	};
}

/** What the result document holds of a body's shape. */
export function shapeOf(model: ModelDocument): BodyShape {
	return { phenotypes: model.phenotypes, local_changes: model.local_changes };
}
