import { create } from "zustand";
import { answer, api } from "../api/client.js";
import type { AppDocument, UserDocument } from "../api/types.js";
import { onAccess, renewAccess, setAccess, setSingleUser } from "./access.js";
import { watchIdleness } from "./idle-logout.js";

/** Why somebody is no longer signed in. */
export type Farewell = "expired" | "signed-out" | "password-changed" | "deleted";

interface AuthState {
	/** `starting` until the server has said who this is; `unreachable` when it does not answer. */
	readonly status: "starting" | "signed-in" | "signed-out" | "unreachable";
	readonly user: UserDocument | null;
	/** What the server offers; null until it has answered. */
	readonly app: AppDocument | null;
	/** How the last log-in of this page ended; null while one lasts, and before the first. */
	readonly farewell: Farewell | null;
	/** Why the server is `unreachable`. */
	readonly problem: unknown;
}

/** Who is signed in. */
export const useAuth = create<AuthState>(() => ({
	status: "starting",
	user: null,
	app: null,
	farewell: null,
	problem: null,
}));

onAccess((tokens) => {
	useAuth.setState(({ status, farewell }) =>
		tokens === null
			? { status: "signed-out", user: null, farewell: status === "signed-in" ? "expired" : farewell }
			: // That everything was deleted still has to be said when single-user mode goes on at once.
				{ status: "signed-in", user: tokens.user, farewell: farewell === "deleted" ? farewell : null },
	);
});

/**
 * Finds out who this is: the one who signed in before, or, on a server of a single user, that user.
 * Never rejects: the state says when the server does not answer.
 */
export async function startAuth(): Promise<void> {
	useAuth.setState({ status: "starting", problem: null });
	try {
		const app = await answer(api.GET("/api/v1/app"));
		useAuth.setState({ app });
		setSingleUser(app.single_user);
		await renewAccess();
	} catch (problem) {
		useAuth.setState({ status: "unreachable", problem });
	}
}

/** Resolves when it is known who this is, or that the server does not say. */
export function whenAuthKnown(): Promise<void> {
	if (useAuth.getState().status !== "starting") return Promise.resolve();
	return new Promise((resolve) => {
		const stop = useAuth.subscribe(({ status }) => {
			if (status === "starting") return;
			stop();
			resolve();
		});
	});
}

/** @throws ProblemError `invalid_credentials`, `too_many_attempts`, … */
export async function signIn(email: string, password: string): Promise<void> {
	setAccess(await answer(api.POST("/api/v1/auth/login", { body: { email, password } })));
}

/** Registers and signs in. @throws ProblemError */
export async function signUp(email: string, password: string): Promise<void> {
	await api.POST("/api/v1/auth/register", { body: { email, password } });
	await signIn(email, password);
}

/**
 * Ends this log-in, here and on the server.
 *
 * @throws ProblemError when the server could not be told; the page has forgotten the person all the same
 */
export async function signOut(): Promise<void> {
	try {
		await api.POST("/api/v1/auth/logout");
	} finally {
		leave("signed-out");
	}
}

/** Signs out where nobody does anything any more, if the server wants that. */
export function watchForIdleness(): void {
	watchIdleness({
		limit_ms: () => {
			const { app, status } = useAuth.getState();
			const idle_s = status === "signed-in" ? (app?.idle_logout_s ?? null) : null;
			return idle_s === null ? null : idle_s * 1000;
		},
		renew: () => renewAccess(),
		// The page forgets the person at once, whatever the server says.
		end: async () => {
			const told = api.POST("/api/v1/auth/logout").catch(() => undefined);
			leave("expired");
			await told;
		},
	});
}

/** Forgets the one who was signed in. */
export function leave(farewell: Farewell): void {
	setAccess(null);
	useAuth.setState({ farewell });
}

/** The word about the end of the last log-in was read. */
export function forgetFarewell(): void {
	useAuth.setState({ farewell: null });
}
