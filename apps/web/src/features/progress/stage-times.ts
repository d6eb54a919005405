import type { SessionDocument } from "../../api/types.js";

/** What a fit goes through, in order. */
export const STAGES = ["upload", "wait", "vision", "fit", "measure", "store"] as const;
export type Stage = (typeof STAGES)[number];
export type StageTimes = Readonly<Record<Stage, number>>;

/** On two cores of 2024; milliseconds, of looking at photos per photo. */
export const DEFAULT_TIMES_MS: StageTimes = {
	upload: 400,
	wait: 300,
	vision: 700,
	fit: 2500,
	measure: 900,
	store: 200,
};
/** Part of a new fit in what is known of earlier ones. */
const LEARNING = 0.4;
/** A stage that takes longer than expected is thought to need this part of its time again. */
const OVERDUE = 0.2;

/** Where a session is; null after its end. */
export function stageOf({
	status,
	stage,
	message,
}: Pick<SessionDocument, "status" | "stage" | "message">): Stage | null {
	if (status === "queued") return "wait";
	if (status !== "active") return null;
	if (stage === "store") return "store";
	if (stage !== "fit") return stage === "vision" ? "vision" : "wait";
	return message?.startsWith("Measuring") ? "measure" : "fit";
}

/** What stages will take, from what they took. @param photoCount photos of this fit */
export function expectedTimes(learned: StageTimes, photoCount: number): StageTimes {
	return { ...learned, vision: learned.vision * Math.max(1, photoCount) };
}

/** Takes up what stages of a fit took. Stages that nobody saw are missing. */
export function learnTimes(learned: StageTimes, seen: Partial<StageTimes>, photoCount: number): StageTimes {
	const next = { ...learned };
	for (const stage of STAGES) {
		const seen_ms = seen[stage];
		if (seen_ms === undefined) continue;
		const per = stage === "vision" ? seen_ms / Math.max(1, photoCount) : seen_ms;
		next[stage] = (1 - LEARNING) * learned[stage] + LEARNING * per;
	}
	return next;
}

/**
 * Time that is left.
 *
 * @param elapsed_ms since the stage began
 */
export function remaining_ms(expected: StageTimes, stage: Stage, elapsed_ms: number): number {
	const later = STAGES.slice(STAGES.indexOf(stage) + 1).reduce((sum, other) => sum + expected[other], 0);
	return Math.max(expected[stage] - elapsed_ms, OVERDUE * elapsed_ms) + later;
}

/** How much of the whole is done, 0…1, by time. */
export function fractionDone(expected: StageTimes, stage: Stage, elapsed_ms: number): number {
	const earlier = STAGES.slice(0, STAGES.indexOf(stage)).reduce((sum, other) => sum + expected[other], 0);
	const done = earlier + elapsed_ms;
	return done / (done + remaining_ms(expected, stage, elapsed_ms));
}

const KEY = "anny-fitter-stage-times";

/** What this browser has learned; times only. */
export function readTimes(storage: Pick<Storage, "getItem">): StageTimes {
	try {
		const stored = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Record<Stage, unknown>>;
		const times = { ...DEFAULT_TIMES_MS };
		for (const stage of STAGES) {
			const time_ms = stored[stage];
			if (typeof time_ms === "number" && time_ms >= 0 && time_ms < 3_600_000) times[stage] = time_ms;
		}
		return times;
	} catch {
		return DEFAULT_TIMES_MS;
	}
}

/** Keeps the times for the next fit in this browser. */
export function writeTimes(storage: Pick<Storage, "setItem">, times: StageTimes): void {
	try {
		storage.setItem(KEY, JSON.stringify(Object.fromEntries(STAGES.map((stage) => [stage, Math.round(times[stage])]))));
	} catch {
		// A full or forbidden storage costs better estimates only.
	}
}
