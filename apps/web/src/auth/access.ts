/**
 * The access token: in memory only, so that nothing that is stored can be stolen. The refresh token is a cookie that
 * scripts cannot read.
 */
import { offlineProblem, toProblem } from "../api/problem-error.js";
import type { TokenDocument } from "../api/types.js";

/** Whether this browser should have a refresh cookie, which scripts cannot see; without one there is nothing to ask for. */
const SIGNED_IN = "anny-fitter-signed-in";

let token: string | null = null;
/** Whose token it is. */
let user_id: string | null = null;
/** Counts log-ins and log-outs, so that answers from before one do not undo it. */
let changes = 0;
let renewal: Promise<TokenDocument | null> | null = null;
let isSingleUser = false;
const listeners = new Set<(tokens: TokenDocument | null) => void>();

/** The token of whoever is signed in; null when nobody is. */
export function accessToken(): string | null {
	return token;
}

/** Takes up new tokens, or forgets them. */
export function setAccess(tokens: TokenDocument | null): void {
	if (tokens === null) localStorage.removeItem(SIGNED_IN);
	else localStorage.setItem(SIGNED_IN, "yes");
	announce(tokens);
}

function announce(tokens: TokenDocument | null): void {
	changes++;
	token = tokens?.access_token ?? null;
	user_id = tokens?.user.user_id ?? null;
	for (const listener of listeners) listener(tokens);
}

/** What this page knows belongs to somebody who is signed in no longer: nothing of it stays, and the page begins anew. */
function startOver(): void {
	announce(null);
	location.replace("/");
}

/** Whoever signs out in one tab, or deletes everything, is gone from all. Call once. */
export function followOtherTabs(): void {
	addEventListener("storage", ({ key }) => {
		// Without a key everything was removed at once.
		const isEnd = (key === SIGNED_IN || key === null) && localStorage.getItem(SIGNED_IN) === null;
		if (isEnd && token !== null) startOver();
	});
}

/** Hears of every new token, and of its loss. */
export function onAccess(listener: (tokens: TokenDocument | null) => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** On a server of a single user, whoever has no valid cookie is that user. */
export function setSingleUser(is: boolean): void {
	isSingleUser = is;
}

/**
 * Exchanges the refresh cookie for new tokens. Calls at the same time share one request, also across tabs, since each
 * cookie works once. The cookie may be another person's by now, who signed in in another tab: then the page begins anew.
 *
 * @returns null when nobody is signed in, or another person than before
 * @throws ProblemError when the server does not answer
 */
export function renewAccess(): Promise<TokenDocument | null> {
	const before = changes;
	renewal ??= locked(requestTokens)
		.then((tokens) => {
			// Signed in or out meanwhile.
			if (changes !== before) return null;
			if (tokens !== null && user_id !== null && tokens.user.user_id !== user_id) {
				startOver();
				return null;
			}
			setAccess(tokens);
			return tokens;
		})
		.finally(() => {
			renewal = null;
		});
	return renewal;
}

function locked<T>(work: () => Promise<T>): Promise<T> {
	return "locks" in navigator ? navigator.locks.request("anny-fitter-refresh", work) : work();
}

async function requestTokens(): Promise<TokenDocument | null> {
	if (localStorage.getItem(SIGNED_IN) === null) return isSingleUser ? requestLocalTokens() : null;
	for (let attempt = 0; ; attempt++) {
		const response = await post("/api/v1/auth/refresh");
		if (response.ok) return (await response.json()) as TokenDocument;
		const refusal = await problem(response);
		// Another tab was faster; its cookie is here in a moment.
		if (response.status === 409 && attempt < 3) {
			await new Promise((resolve) => setTimeout(resolve, 200 * (attempt + 1)));
			continue;
		}
		if (response.status === 401 || response.status === 403 || response.status === 409) {
			return isSingleUser ? requestLocalTokens() : null;
		}
		throw refusal;
	}
}

async function requestLocalTokens(): Promise<TokenDocument> {
	const response = await post("/api/v1/auth/local");
	if (!response.ok) throw await problem(response);
	return (await response.json()) as TokenDocument;
}

const post = (path: string): Promise<Response> =>
	fetch(path, { method: "POST" }).catch(() => {
		throw offlineProblem();
	});

const problem = async (response: Response) => toProblem(await response.json().catch(() => null), response.status);
