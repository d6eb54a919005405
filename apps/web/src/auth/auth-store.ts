import { create } from "zustand";
import { answer, api, apiFetch, problemOf } from "../api/client.js";
import type { AppDocument, TokenDocument, UserDocument } from "../api/types.js";
import { onAccess, renewAccess, setAccess } from "./access.js";

interface AuthState {
	/** `starting` until the server has said who this is; `unreachable` when it does not answer. */
	readonly status: "starting" | "signed-in" | "signed-out" | "unreachable";
	readonly user: UserDocument | null;
	/** What the server offers; null until it has answered. */
	readonly app: AppDocument | null;
}

/** Who is signed in. */
export const useAuth = create<AuthState>(() => ({ status: "starting", user: null, app: null }));

onAccess((tokens) => {
	useAuth.setState(tokens === null ? { status: "signed-out", user: null } : { status: "signed-in", user: tokens.user });
});

/**
 * Finds out who this is: the one who signed in before, or, on a server of a single user, that user.
 * Never rejects: the state says when the server does not answer.
 */
export async function startAuth(): Promise<void> {
	useAuth.setState({ status: "starting" });
	try {
		const app = (await call("/api/v1/app", "GET")) as AppDocument;
		useAuth.setState({ app });
		if ((await renewAccess()) !== null) return;
		if (app.single_user) setAccess((await call("/api/v1/auth/local", "POST")) as TokenDocument);
		else setAccess(null);
	} catch {
		useAuth.setState({ status: "unreachable" });
	}
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

/** Ends this log-in, here and on the server. */
export async function signOut(): Promise<void> {
	try {
		await api.POST("/api/v1/auth/logout");
	} finally {
		setAccess(null);
	}
}

async function call(path: string, method: string): Promise<unknown> {
	const response = await apiFetch(path, { method });
	if (!response.ok) throw await problemOf(response);
	return response.json();
}
