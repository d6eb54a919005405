import { answer, api } from "../../api/client.js";
import { ProblemError } from "../../api/problem-error.js";
import type { SessionDocument } from "../../api/types.js";
import { accessToken, renewAccess } from "../../auth/access.js";

const CLOSE_TOKEN_EXPIRED = 4401;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 4000;

export interface SessionWatcher {
	readonly onDocument: (document: SessionDocument) => void;
	/** Whether changes arrive as they happen. */
	readonly onConnection: (isConnected: boolean) => void;
	/** There is nothing to wait for: the session is gone, or is somebody else's. */
	readonly onProblem: (problem: ProblemError) => void;
}

/** Whether a fit will not change any more. */
export function isFinal({ status }: Pick<SessionDocument, "status">): boolean {
	return status !== "queued" && status !== "active";
}

/**
 * Hears of a session's changes until it ends: over a WebSocket, which is opened anew whenever it breaks; in between, and where
 * none can be opened, by asking.
 *
 * @returns stops
 */
export function watchSession(session_id: string, watcher: SessionWatcher): () => void {
	let isOver = false;
	let socket: WebSocket | null = null;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let failures = 0;

	const stop = () => {
		isOver = true;
		clearTimeout(timer);
		socket?.close();
	};
	const tell = (document: SessionDocument) => {
		if (isOver) return;
		if (isFinal(document)) stop();
		watcher.onDocument(document);
	};
	const connect = () => {
		if (isOver) return;
		const address = `${location.origin.replace(/^http/, "ws")}/api/v1/sessions/${session_id}/events`;
		const opened = new WebSocket(address, ["bearer", `bearer.${accessToken() ?? ""}`]);
		socket = opened;
		opened.addEventListener("message", ({ data }) => {
			failures = 0;
			watcher.onConnection(true);
			tell(JSON.parse(String(data)) as SessionDocument);
		});
		opened.addEventListener("close", ({ code }) => void retry(code));
	};
	const retry = async (code: number) => {
		if (isOver) return;
		if (failures > 0) watcher.onConnection(false);
		if (code === CLOSE_TOKEN_EXPIRED) await renewAccess().catch(() => null);
		await ask();
		if (isOver) return;
		const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++);
		// Many pages that lost the same server do not come back at once.
		timer = setTimeout(connect, delay * (0.75 + 0.5 * Math.random()));
	};
	const ask = async () => {
		try {
			tell(await answer(api.GET("/api/v1/sessions/{session_id}", { params: { path: { session_id } } })));
		} catch (error) {
			if (isOver || !(error instanceof ProblemError)) return;
			// No answer, or an overwhelmed server: both pass.
			if (error.status === 0 || error.status === 429 || error.status >= 500) return;
			stop();
			watcher.onProblem(error);
		}
	};
	// A refused WebSocket does not say why; an answer does.
	void ask().then(connect);
	return stop;
}
