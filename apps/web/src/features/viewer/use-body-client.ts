import { useCallback, useEffect, useState } from "react";
import { openBodyClient } from "../../body/body-client.js";
import type { BodyClient } from "../../body/body-types.js";

export interface BodyClientState {
	readonly client: BodyClient | null;
	/** Of the body model's data, 0…1. */
	readonly progress: number;
	readonly error: unknown;
	readonly retry: () => void;
}

/** The body worker, once its model has arrived. */
export function useBodyClient(): BodyClientState {
	const [client, setClient] = useState<BodyClient | null>(null);
	const [progress, setProgress] = useState(0);
	const [error, setError] = useState<unknown>(null);
	const [attempt, setAttempt] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it again
	useEffect(() => {
		let isCurrent = true;
		openBodyClient((fraction) => isCurrent && setProgress(fraction)).then(
			(opened) => isCurrent && setClient(opened),
			(reason: unknown) => isCurrent && setError(reason),
		);
		return () => {
			isCurrent = false;
		};
	}, [attempt]);
	const retry = useCallback(() => {
		setError(null);
		setAttempt((count) => count + 1);
	}, []);
	return { client, progress, error, retry };
}
