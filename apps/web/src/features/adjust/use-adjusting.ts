import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ModelDocument } from "../../api/types.js";
import type { AdjustedBody, AdjustSession, BodyShape } from "../../body/body-types.js";
import { amend, type History, record, redo, startHistory, undo } from "./adjust-history.js";
import { type BaseValues, changesBody, MASS, type Pins, requestOf } from "./adjust-pins.js";

/** What is fixed, and the body that follows from it; null until it is known, and for the base itself. */
interface Step {
	readonly pins: Pins;
	readonly body: AdjustedBody | null;
}

/** A body that is being adjusted. */
export interface Adjusting {
	readonly status: "waiting" | "preparing" | "ready" | "failed";
	/** How much of the body model has arrived, 0…1; null while that is not known. */
	readonly progress: number | null;
	readonly error: unknown;
	readonly base: BaseValues;
	readonly pins: Pins;
	/** The newest body that was solved; null: the base. */
	readonly body: AdjustedBody | null;
	/** Whether {@link Adjusting.body} follows from {@link Adjusting.pins}. */
	readonly isCurrent: boolean;
	readonly shape: BodyShape | null;
	readonly isChanged: boolean;
	readonly canUndo: boolean;
	readonly canRedo: boolean;
	/** Loads the body model and prepares solving; does nothing when that has been done. */
	start(): void;
	/**
	 * Never another function.
	 *
	 * @param key changes under the same key within a moment are one step
	 */
	readonly change: (changed: (pins: Pins) => Pins, key: string | null) => void;
	undo(): void;
	redo(): void;
	/** Back to the base, as a step that can be undone. */
	reset(): void;
	/** Whether {@link Adjusting.reset} would do anything. */
	readonly canReset: boolean;
	/** Forgets everything that was changed. */
	discard(): void;
}

/** The state of adjusting a body; it outlives the panel that shows it. */
export function useAdjusting(model: ModelDocument): Adjusting {
	const base = useMemo(() => baseValues(model), [model]);
	const startingPins = useMemo(() => startingPinsOf(model), [model]);
	const [session, setSession] = useState<AdjustSession | null>(null);
	const [status, setStatus] = useState<Adjusting["status"]>("waiting");
	const [progress, setProgress] = useState<number | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [history, setHistory] = useState<History<Step>>(() => startHistory<Step>({ pins: startingPins, body: null }));
	const [shown, setShown] = useState<AdjustedBody | null>(null);
	const isStarted = useRef(false);
	const isMounted = useRef(true);
	const open = useRef<AdjustSession | null>(null);

	useEffect(() => {
		isMounted.current = true;
		return () => {
			isMounted.current = false;
			open.current?.close();
			open.current = null;
		};
	}, []);

	const fail = useCallback((reason: unknown) => {
		if (!isMounted.current) return;
		isStarted.current = false;
		setError(reason);
		setStatus("failed");
	}, []);
	const start = useCallback(() => {
		if (isStarted.current) return;
		isStarted.current = true;
		setStatus("preparing");
		setProgress(null);
		void prepare(model, (fraction) => isMounted.current && setProgress(fraction)).then((prepared) => {
			if (!isMounted.current) return prepared.close();
			open.current = prepared;
			setSession(prepared);
			setStatus("ready");
		}, fail);
	}, [model, fail]);

	const { pins, body } = history.present;
	const request = useMemo(() => requestOf(pins, base), [pins, base]);
	const isBase = !changesBody(request);
	useEffect(() => {
		if (isBase || body !== null) {
			setShown(isBase ? null : body);
			return;
		}
		if (session === null) return;
		session.solve(request).then((solved) => {
			if (solved === null || !isMounted.current) return;
			setShown(solved);
			setHistory((all) => amend(all, (step) => (step.pins === pins ? { ...step, body: solved } : step)));
		}, fail);
	}, [session, request, isBase, body, pins, fail]);

	const change = useCallback<Adjusting["change"]>((changed, key) => {
		const now_ms = performance.now();
		setHistory((all) => record(all, { pins: changed(all.present.pins), body: null }, key, now_ms));
	}, []);
	const shape = shown?.shape ?? null;
	return {
		status,
		progress,
		error,
		base,
		pins,
		body: isBase ? null : shown,
		isCurrent: isBase || body !== null,
		shape: isBase ? null : shape,
		isChanged: !isBase,
		canUndo: history.past.length > 0,
		canRedo: history.future.length > 0,
		canReset: pins !== startingPins,
		start,
		change,
		undo: () => setHistory(undo),
		redo: () => setHistory(redo),
		reset: () => setHistory((all) => record(all, { pins: startingPins, body: null }, null, performance.now())),
		discard: () => setHistory(startHistory<Step>({ pins: startingPins, body: null })),
	};
}

function baseValues(model: ModelDocument): BaseValues {
	const values: Record<string, number> = { [MASS]: model.mass_kg };
	for (const [id, { value_m }] of Object.entries(model.measurements)) values[id] = value_m;
	return values;
}

/** A stature that was stated is known better than what is about to be changed: it is held until it is let go. */
function startingPinsOf({ measurements: { stature } }: ModelDocument): Pins {
	return stature?.sources.includes("stated") ? { stature: stature.value_m } : {};
}

async function prepare(model: ModelDocument, onProgress: (fraction: number) => void): Promise<AdjustSession> {
	const { openBodyClient } = await import("../../body/body-client.js");
	const client = await openBodyClient(onProgress);
	return client.startAdjusting(
		{ phenotypes: model.phenotypes, local_changes: model.local_changes },
		model.shape_covariance ?? null,
	);
}
