import { AppError, type SessionDocument } from "@anny-fitter/contracts";
import type { SessionRow } from "@anny-fitter/platform/database";
import type { FitJob } from "@anny-fitter/platform/jobs";
import { addSpan, type OpenSpan, openSpan } from "@anny-fitter/platform/observability";
import type { ApiDependencies } from "../dependencies.js";
import type { StoredFitRequest } from "./create-fit-session.js";
import type { FitResult, FittingClient } from "./fitting-client.js";
import { photosOutliveProcess } from "./photos-readable.js";
import { type FitProgress, runFit, VISION_UNAVAILABLE } from "./run-fit.js";
import {
	type Claim,
	ClaimLostError,
	claimSession,
	failSession,
	LEASE_RENEWAL_MS,
	recordStage,
	renewLease,
	requeueSession,
} from "./session-claim.js";
import { isFinal, type ShownSessionRow, sessionDocument } from "./session-document.js";
import { SessionFeed } from "./session-feed.js";
import { storeFit } from "./store-fit.js";
import type { VisionClient } from "./vision-client.js";

const PROGRESS_INTERVAL_MS = 200;

/** Why a running fit is given up. */
type StopReason = "lost" | "timeout" | "stopping";

/** Works on one session at a time, from claim to end. */
export class FitJobRunner {
	readonly #dependencies: ApiDependencies;
	readonly #clients: { readonly vision: VisionClient; readonly fitting: FittingClient };
	readonly #feed: SessionFeed;

	constructor(
		dependencies: ApiDependencies,
		clients: { readonly vision: VisionClient; readonly fitting: FittingClient },
	) {
		this.#dependencies = dependencies;
		this.#clients = clients;
		this.#feed = new SessionFeed(dependencies);
	}

	/** Never throws for what goes wrong with a fit: the session says it. */
	async run(job: FitJob): Promise<void> {
		const session = await claimSession(this.#dependencies.database, job.sessionId);
		if (session === null) return;
		const { traceparent } = session.request as Partial<StoredFitRequest>;
		const span = openSpan(
			"fit",
			{ kind: "consumer", facts: { attempt: session.attempt } },
			{ traceparent, isStranger: false },
		);
		await span.run(() => this.#runClaimed(job, session, span)).finally(() => span.end());
	}

	async #runClaimed(job: FitJob, session: SessionRow, span: OpenSpan): Promise<void> {
		const { log, metrics } = this.#dependencies;
		if (session.attempt === 1) {
			// Both by the database's clock.
			const [created_ms, claimed_ms] = [session.created_at.getTime(), session.updated_at.getTime()];
			addSpan("fit queue", created_ms, claimed_ms);
			metrics?.observeQueueWait(Math.max(0, claimed_ms - created_ms) / 1000);
		}
		const claim: Claim = { sessionId: session.session_id, userId: session.user_id, attempt: session.attempt };
		const started = performance.now();
		const stopper = new AbortController();
		const stop = (reason: StopReason) => stopper.abort(reason);
		const release = await this.#watch(job, claim, stop);
		let outcome = "handed_over";
		let errorCode: string | null = null;
		try {
			await this.#feed.publish(claim.userId, sessionDocument(session));
			const ended = await this.#work(session, claim, stopper, started);
			// Without a claim of its own any more: cancelled, or finished by another worker.
			const status = ended?.status ?? (await this.#presentStatus(claim));
			const isOver = status === null || isFinal(status);
			outcome = status === null ? "deleted" : ended !== null || isOver ? status : "lost";
			// Whoever hears that a fit has ended may rely on its photos being gone.
			if (isOver) await this.#wipe(claim.sessionId);
			if (ended !== null) await this.#feed.publish(claim.userId, ended);
			// What others ended, they count; a completed fit was counted where it is known whether it is flagged.
			if (ended?.status === "failed") this.#countFailed(session, ended);
			if (ended?.error) span.fail(ended.error.code);
			errorCode = ended?.error?.code ?? null;
		} catch (error) {
			// The database is gone: the lease lapses, and the sweeper of whoever is alive then finds the session.
			log.error({ err: error, session_id: claim.sessionId }, "fit left to the sweeper");
		} finally {
			await release();
		}
		const duration_ms = Math.round(performance.now() - started);
		span.add({ outcome });
		log.info(
			{
				action: "model_fitting",
				user_id: claim.userId,
				session_id: claim.sessionId,
				attempt: claim.attempt,
				outcome,
				duration_ms,
				error: errorCode === null ? null : { code: errorCode },
			},
			"fit ended",
		);
	}

	/** Whatever stops a fit from outside: cancelling, another worker, its deadline, the server's end. */
	async #watch(job: FitJob, claim: Claim, stop: (reason: StopReason) => void): Promise<() => Promise<void>> {
		const { config, database, log } = this.#dependencies;
		const onStopping = () => stop("stopping");
		if (job.signal.aborted) onStopping();
		job.signal.addEventListener("abort", onStopping, { once: true });
		const deadline = setTimeout(() => stop("timeout"), config.fitTimeout_ms);
		const lease = setInterval(() => {
			renewLease(database, claim).then(
				(isMine) => isMine || stop("lost"),
				(error) => log.warn({ err: error, session_id: claim.sessionId }, "lease not renewed"),
			);
		}, LEASE_RENEWAL_MS);
		const unsubscribe = await this.#feed
			.subscribe(claim.sessionId, (document) => isFinal(document.status) && stop("lost"))
			.catch(() => async () => undefined);
		return async () => {
			clearTimeout(deadline);
			clearInterval(lease);
			job.signal.removeEventListener("abort", onStopping);
			await unsubscribe().catch(() => undefined);
		};
	}

	/** @returns the session's state at the end of this attempt, null when the claim was lost */
	async #work(
		session: SessionRow,
		claim: Claim,
		stopper: AbortController,
		started: number,
	): Promise<SessionDocument | null> {
		const { database, vault, log } = this.#dependencies;
		const request = session.request as unknown as StoredFitRequest;
		let row: ShownSessionRow = session;
		let reported_ms = 0;
		try {
			const result = await runFit({ vault, ...this.#clients }, claim.sessionId, request, {
				signal: stopper.signal,
				onStage: async (progress) => {
					throwIfAborted(stopper.signal);
					row = await recordStage(database, claim, progress.stage, progress.progress);
					await this.#feed.publish(claim.userId, sessionDocument(row, progress));
				},
				onProgress: (progress: FitProgress) => {
					if (performance.now() - reported_ms < PROGRESS_INTERVAL_MS || stopper.signal.aborted) return;
					reported_ms = performance.now();
					void this.#feed.publish(claim.userId, sessionDocument(row, progress));
				},
			});
			const stored = await storeFit(database, claim, result, performance.now() - started);
			this.#measure(session, result);
			return sessionDocument(stored);
		} catch (error) {
			if (error instanceof ClaimLostError || stopper.signal.reason === "lost") return null;
			if (error instanceof AppError && error.code === "database_unavailable") throw error;
			if (stopper.signal.reason === "stopping") return this.#handOver(claim);
			const failure = failureOf(error, stopper.signal.reason as StopReason | undefined);
			if (failure.code === "internal") {
				log.error({ err: error, session_id: claim.sessionId }, "fit failed by a defect");
			}
			const failed = await failSession(database, claim, failure);
			return failed === null ? null : sessionDocument(failed);
		}
	}

	/** The server stops: another process goes on if it can read the photos. */
	async #handOver(claim: Claim): Promise<SessionDocument | null> {
		const { database, queue } = this.#dependencies;
		if (!photosOutliveProcess(this.#dependencies)) {
			const failed = await failSession(
				database,
				claim,
				new AppError("interrupted", "The server was stopped while the fit ran."),
			);
			return failed === null ? null : sessionDocument(failed);
		}
		const row = await database.asSystem(async (tx) => {
			const requeued = await requeueSession(tx, claim);
			if (requeued !== null) await queue.enqueue(tx, claim.sessionId);
			return requeued;
		});
		return row === null ? null : sessionDocument(row);
	}

	#measure(session: SessionRow, { document, isFlaggedForReview }: FitResult): void {
		const { metrics } = this.#dependencies;
		if (metrics === undefined) return;
		const { photo_count } = session.request as unknown as StoredFitRequest;
		const outcome = isFlaggedForReview ? "flagged" : "completed";
		metrics.countFit(outcome, photo_count);
		metrics.observeFitResponse(outcome, this.#age_s(session));
		const { quality, views, timings_ms } = document;
		if (quality.flags.some(({ code }) => code === VISION_UNAVAILABLE.code)) metrics.countFitWithoutVision();
		metrics.observeFitQuality({
			expected_pve_mm: quality.expected_pve_mm ?? null,
			reprojection_shares: views.flatMap(({ reprojection_px, camera }) =>
				reprojection_px === null ? [] : [reprojection_px / Math.max(camera.width_px, camera.height_px)],
			),
			silhouette_ious: views.flatMap(({ silhouette_iou }) => silhouette_iou ?? []),
		});
		for (const [stage, time_ms] of Object.entries(timings_ms)) metrics.observeStage(stage, time_ms / 1000);
	}

	#countFailed(session: SessionRow, { error }: SessionDocument): void {
		const { metrics } = this.#dependencies;
		metrics?.countFit("failed", (session.request as Partial<StoredFitRequest>).photo_count);
		metrics?.countFitFailure(error?.code ?? "internal", (error?.status ?? 500) < 500 ? "input" : "server");
		metrics?.observeFitResponse("failed", this.#age_s(session));
	}

	/** Since the upload. */
	#age_s({ created_at }: SessionRow): number {
		return Math.max(0, this.#dependencies.now().getTime() - created_at.getTime()) / 1000;
	}

	/** After a lost claim: what became of the session; null when it is gone. */
	async #presentStatus(claim: Claim): Promise<SessionRow["status"] | null> {
		const row = await this.#dependencies.database.asSystem((tx) =>
			tx.selectFrom("sessions").select("status").where("session_id", "=", claim.sessionId).executeTakeFirst(),
		);
		return row?.status ?? null;
	}

	async #wipe(sessionId: string): Promise<void> {
		const { vault, log } = this.#dependencies;
		await vault.wipe(sessionId).catch((error) => {
			// The sweeper tries again.
			log.error({ err: error, session_id: sessionId }, "photos not wiped yet");
		});
	}
}

function throwIfAborted(signal: AbortSignal): void {
	if (signal.aborted) throw new AppError("cancelled", "The fit was cancelled.");
}

function failureOf(error: unknown, reason: StopReason | undefined): AppError {
	if (reason === "timeout") return new AppError("timeout", "The fit took longer than the server allows.");
	if (error instanceof AppError && error.code !== "cancelled" && error.code !== "internal") return error;
	return new AppError("internal", "The fit failed because of a defect in the server.", {
		remedy: "Try again; if it keeps failing, tell the operator the session_id.",
		cause: error,
	});
}
