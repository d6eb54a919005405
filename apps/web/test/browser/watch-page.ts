import type { BrowserContext, Page } from "playwright-core";

/** What a page may do although it counts as a problem otherwise. */
export interface Expected {
	/** Such as "POST /api/v1/auth/login 401"; the address without its search. */
	readonly answers?: readonly (string | RegExp)[];
	/** Addresses, without origin and search, whose requests may get no answer. */
	readonly failures?: readonly (string | RegExp)[];
	/** Parts of messages on the console. */
	readonly messages?: readonly (string | RegExp)[];
}

export interface PageWatch {
	/** What went wrong so far. */
	problems(): readonly string[];
	/** From now on these are no problems. */
	expect(expected: Expected): void;
	/** Every request that left for another origin than the application's; also among the problems. */
	otherOrigins(): readonly string[];
}

/** Without a refresh cookie the question who this is has no other answer. */
const ALWAYS: Expected = { answers: ["POST /api/v1/auth/refresh 401"] };

/**
 * Listens for what a good page never does: errors on the console, exceptions, violations of the content security policy,
 * requests to other origins, requests without an answer or with an answer of 400 or more.
 *
 * @param origin of the application
 */
export function watchPage(context: BrowserContext, origin: string): PageWatch {
	const problems: string[] = [];
	const others: string[] = [];
	const expected: Expected[] = [ALWAYS];
	const isExpected = (kind: keyof Expected, text: string) =>
		expected.some((some) => some[kind]?.some((one) => (typeof one === "string" ? text.includes(one) : one.test(text))));
	const checkOrigin = (address: string) => {
		const { protocol, origin: itsOrigin } = new URL(address.replace(/^ws/, "http"));
		if (itsOrigin === origin || protocol === "blob:" || protocol === "data:") return;
		others.push(itsOrigin);
		problems.push(`request to another origin: ${itsOrigin}`);
	};
	context.on("request", (request) => checkOrigin(request.url()));
	context.on("response", (response) => {
		const answer = `${response.request().method()} ${new URL(response.url()).pathname} ${response.status()}`;
		if (response.status() >= 400 && !isExpected("answers", answer)) problems.push(`answer: ${answer}`);
	});
	context.on("requestfailed", (request) => {
		const reason = request.failure()?.errorText ?? "";
		const { pathname } = new URL(request.url());
		// Pages abort what nobody waits for any more.
		if (reason === "net::ERR_ABORTED" || isExpected("failures", pathname)) return;
		problems.push(`no answer: ${request.method()} ${pathname} (${reason})`);
	});
	context.on("console", (message) => {
		const text = message.text();
		// What the network did is judged above, with more to go by.
		const isOfNetwork = /^Failed to load resource|^WebSocket connection to/.test(text);
		// Remarks of Chromium on reading pixels back in software, and of three.js on what react-three-fiber uses of it.
		const isOfLibrary = /GPU stall due to ReadPixels|THREE\.Clock: This module has been deprecated/.test(text);
		if (isOfNetwork || isOfLibrary || isExpected("messages", text)) return;
		if (message.type() === "error" || message.type() === "warning" || /content security policy/i.test(text)) {
			problems.push(`console ${message.type()}: ${text}`);
		}
	});
	context.on("weberror", (error) => problems.push(`exception: ${error.error().message}`));
	const watchSockets = (page: Page) => page.on("websocket", (socket) => checkOrigin(socket.url()));
	for (const page of context.pages()) watchSockets(page);
	context.on("page", watchSockets);
	return {
		problems: () => problems,
		otherOrigins: () => others,
		expect: (more) => expected.push(more),
	};
}
