import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchIdleness } from "../../src/auth/idle-logout.js";

const MINUTE_MS = 60_000;

describe("a page that nobody uses", () => {
	const renew = vi.fn(async () => null);
	const end = vi.fn(async () => {
		limit_ms = null;
	});
	let limit_ms: number | null = null;
	let page: EventTarget;
	let stop: () => void;

	beforeEach(() => {
		vi.useFakeTimers();
		limit_ms = null;
		page = new EventTarget();
		vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
		vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
		vi.stubGlobal("document", new EventTarget());
		// Other tabs answer in their own time, which does not stand still here.
		vi.stubGlobal("BroadcastChannel", undefined);
		renew.mockClear();
		end.mockClear();
		stop = watchIdleness({ limit_ms: () => limit_ms, renew, end });
		// The page was open long before somebody signed in.
		vi.advanceTimersByTime(60 * MINUTE_MS);
		limit_ms = 15 * MINUTE_MS;
		vi.advanceTimersByTime(1000);
	});
	afterEach(() => {
		stop();
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	test("signs out shortly before the server would", () => {
		vi.advanceTimersByTime(14.5 * MINUTE_MS);
		expect(end).not.toHaveBeenCalled();
		vi.advanceTimersByTime(0.5 * MINUTE_MS);
		expect(end).toHaveBeenCalledTimes(1);
		vi.advanceTimersByTime(60 * MINUTE_MS);
		expect(end).toHaveBeenCalledTimes(1);
	});

	test("stays while somebody does something, and tells the server so now and then", () => {
		for (let minute = 0; minute < 60; minute++) {
			vi.advanceTimersByTime(MINUTE_MS);
			page.dispatchEvent(new Event("keydown"));
		}
		expect(end).not.toHaveBeenCalled();
		expect(renew.mock.calls.length).toBeGreaterThan(8);
		expect(renew.mock.calls.length).toBeLessThan(13);
	});

	test("does not take whoever wakes a sleeping computer for the one who left it", () => {
		// Timers stood still; the clock did not.
		vi.setSystemTime(Date.now() + 8 * 60 * MINUTE_MS);
		page.dispatchEvent(new Event("pointerdown"));
		expect(end).toHaveBeenCalledTimes(1);
		expect(renew).not.toHaveBeenCalled();
	});

	test("stays where the server sets no limit", () => {
		limit_ms = null;
		vi.advanceTimersByTime(600 * MINUTE_MS);
		page.dispatchEvent(new Event("keydown"));
		expect(end).not.toHaveBeenCalled();
		expect(renew).not.toHaveBeenCalled();
	});
});
