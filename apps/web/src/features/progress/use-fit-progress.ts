import { useEffect, useMemo, useRef, useState } from "react";
import type { ProblemError } from "../../api/problem-error.js";
import { queryClient } from "../../api/queries.js";
import type { SessionDocument } from "../../api/types.js";
import { uploadTime_ms } from "../capture/upload-time.js";
import {
	expectedTimes,
	fractionDone,
	learnTimes,
	readTimes,
	remaining_ms,
	type Stage,
	type StageTimes,
	stageOf,
	writeTimes,
} from "./stage-times.js";
import { watchSession } from "./watch-session.js";

const TICK_MS = 200;

export interface FitProgress {
	/** Null until the server has answered. */
	readonly session: SessionDocument | null;
	readonly problem: ProblemError | null;
	readonly isConnected: boolean;
	readonly stage: Stage | null;
	readonly expected: StageTimes;
	/** What finished stages took, as far as this page saw it. */
	readonly taken_ms: Partial<StageTimes>;
	/** 0…1, never falls. */
	readonly fraction: number;
	readonly left_ms: number;
}

/** Follows a fit, and learns from it how long the next one takes. */
export function useFitProgress(session_id: string, photoCount: number): FitProgress {
	const [session, setSession] = useState<SessionDocument | null>(null);
	const [problem, setProblem] = useState<ProblemError | null>(null);
	const [isConnected, setConnected] = useState(true);
	const [now, setNow] = useState(() => performance.now());
	const [began, setBegan] = useState<{ readonly stage: Stage; readonly at_ms: number } | null>(null);
	const [taken, setTaken] = useState<Partial<StageTimes>>(() => {
		const upload = uploadTime_ms(session_id);
		return upload === null ? {} : { upload };
	});
	const learned = useMemo(() => readTimes(localStorage), []);
	const expected = useMemo(() => expectedTimes(learned, photoCount), [learned, photoCount]);

	useEffect(() => {
		let current: { readonly stage: Stage; readonly at_ms: number; readonly isWhole: boolean } | null = null;
		const seen: Partial<Record<Stage, number>> = {};
		const upload = uploadTime_ms(session_id);
		if (upload !== null) seen.upload = upload;
		return watchSession(session_id, {
			onConnection: setConnected,
			onProblem: setProblem,
			onDocument: (document) => {
				const at_ms = performance.now();
				const stage = stageOf(document);
				if (stage !== current?.stage) {
					// The first stage that this page meets may have begun before.
					if (current?.isWhole) seen[current.stage] = at_ms - current.at_ms;
					current = stage === null ? null : { stage, at_ms, isWhole: current !== null || upload !== null };
					setBegan(stage === null ? null : { stage, at_ms });
					setTaken({ ...seen });
				}
				if (document.status === "completed") writeTimes(localStorage, learnTimes(learned, seen, photoCount));
				queryClient.setQueryData(["sessions", session_id], document);
				setSession(document);
			},
		});
	}, [session_id, learned, photoCount]);

	const isRunning = began !== null;
	useEffect(() => {
		if (!isRunning) return;
		const timer = setInterval(() => setNow(performance.now()), TICK_MS);
		return () => clearInterval(timer);
	}, [isRunning]);

	const highest = useRef(0);
	const elapsed = began === null ? 0 : Math.max(0, now - began.at_ms);
	const isDone = session?.status === "completed";
	const fraction = isDone ? 1 : began === null ? 0 : fractionDone(expected, began.stage, elapsed);
	highest.current = Math.max(highest.current, fraction);
	return {
		session,
		problem,
		isConnected,
		stage: began?.stage ?? null,
		expected,
		taken_ms: taken,
		fraction: highest.current,
		left_ms: began === null ? 0 : remaining_ms(expected, began.stage, elapsed),
	};
}
