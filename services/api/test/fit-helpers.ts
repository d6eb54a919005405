import { setTimeout as sleep } from "node:timers/promises";
import type { ApiDependencies } from "@anny-fitter/api";
import { AppError, type SessionDocument } from "@anny-fitter/contracts";
import { FittingService, VisionService } from "@anny-fitter/contracts/rpc";
import type { SessionRow } from "@anny-fitter/platform/database";
import { toConnectError } from "@anny-fitter/platform/rpc";
import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { multipart, samplePhoto, type TestApi, type TestEnvironment, type TestUser } from "./test-environment.js";

/** What a faulty service does with a call: throw, or never answer until it is given up. */
export type Fault = (signal: AbortSignal) => Promise<never>;

export function failWith(error: unknown): Fault {
	return async () => {
		throw error;
	};
}

export function unavailable(): Fault {
	return failWith(new AppError("service_unavailable", "The service cannot be reached.", { retryable: true }));
}

/** Hangs as a stuck service does; ends with the call. */
export const hang: Fault = (signal) =>
	new Promise((_, reject) => {
		const give = () => reject(new AppError("cancelled", "The call was cancelled."));
		if (signal.aborted) give();
		else signal.addEventListener("abort", give, { once: true });
	});

/** A service of which every call meets what `current` is by then; counts the calls. */
export interface FaultyService {
	readonly transport: Transport;
	current: Fault;
	calls: number;
}

export function faultyVision(fault: Fault): FaultyService {
	const service: FaultyService = {
		transport: createRouterTransport((router) => {
			router.service(VisionService, {
				async *analyse(_, { signal }) {
					service.calls++;
					yield await service.current(signal).catch((error) => {
						throw toConnectError(error);
					});
				},
			});
		}),
		current: fault,
		calls: 0,
	};
	return service;
}

export function faultyFitting(fault: Fault): FaultyService {
	const service: FaultyService = {
		transport: createRouterTransport((router) => {
			router.service(FittingService, {
				async *fit(_, { signal }) {
					service.calls++;
					yield await service.current(signal).catch((error) => {
						throw toConnectError(error);
					});
				},
			});
		}),
		current: fault,
		calls: 0,
	};
	return service;
}

type Part = readonly [name: string, value: string | Buffer, fileName?: string];

/** POST /fit. */
export function postFit(api: TestApi, user: TestUser, parts: readonly Part[], headers: Record<string, string> = {}) {
	const body = multipart(parts);
	return api.inject({
		method: "POST",
		url: "/api/v1/fit",
		headers: { ...user.headers, ...body.headers, ...headers },
		payload: body.payload,
	});
}

/** A fit of one photo that was accepted; its session's id. */
export async function startFit(api: TestApi, user: TestUser, parts: readonly Part[] = []): Promise<string> {
	const photo: Part = ["photos", await samplePhoto("woman-front"), "a.jpg"];
	const answer = await postFit(api, user, [photo, ...parts]);
	if (answer.statusCode !== 202) throw new Error(`fit: ${answer.statusCode} ${answer.body}`);
	return answer.json().session_id;
}

export async function getSession(api: TestApi, user: TestUser, sessionId: string): Promise<SessionDocument> {
	const answer = await api.inject({ url: `/api/v1/sessions/${sessionId}`, headers: user.headers });
	if (answer.statusCode !== 200) throw new Error(`session: ${answer.statusCode} ${answer.body}`);
	return answer.json();
}

/** Polls until a session is as wanted. */
export async function waitForSession(
	api: TestApi,
	user: TestUser,
	sessionId: string,
	isWanted: (session: SessionDocument) => boolean = ({ status }) => status !== "queued" && status !== "active",
	timeout_ms = 60_000,
): Promise<SessionDocument> {
	const end = Date.now() + timeout_ms;
	for (;;) {
		const session = await getSession(api, user, sessionId);
		if (isWanted(session)) return session;
		if (Date.now() > end) throw new Error(`session stays ${session.status}, stage ${session.stage}`);
		await sleep(50);
	}
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean> | boolean, timeout_ms = 45_000): Promise<void> {
	const end = Date.now() + timeout_ms;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error("it did not come to hold in time");
		await sleep(50);
	}
}

/** Whether the vault holds photos of no job. */
export async function isVaultEmpty({ dependencies }: TestEnvironment): Promise<boolean> {
	return (await dependencies.vault.list()).length === 0;
}

/** A session as the database has it. */
export function findSession(
	{ database }: Pick<ApiDependencies, "database">,
	sessionId: string,
): Promise<SessionRow | undefined> {
	return database.asSystem((tx) =>
		tx.selectFrom("sessions").selectAll().where("session_id", "=", sessionId).executeTakeFirst(),
	);
}

export type OwnedTable = "fitted_models" | "measurements" | "sessions" | "subjects";

/** How many rows of a table are a user's. */
export function countOwned(
	{ database }: Pick<ApiDependencies, "database">,
	{ userId }: Pick<TestUser, "userId">,
	table: OwnedTable,
): Promise<number> {
	return database.asSystem(async (tx) => {
		const rows = await tx.selectFrom(table).select("user_id").where("user_id", "=", userId).execute();
		return rows.length;
	});
}
