import { describe, expect, test } from "vitest";
import { CircuitBreaker, type CircuitPermit } from "../src/fits/circuit-breaker.js";

/** A breaker whose clock only moves when told. */
function openBreaker() {
	let now_ms = 1_700_000_000_000;
	const states: string[] = [];
	const breaker = new CircuitBreaker({
		threshold: 5,
		window_ms: 60_000,
		halfOpenAfter_ms: 30_000,
		now: () => new Date(now_ms),
		onChange: (state) => states.push(state),
	});
	return {
		breaker,
		states,
		pass: (time_ms: number) => {
			now_ms += time_ms;
		},
		acquire: (): CircuitPermit => {
			const permit = breaker.tryAcquire();
			if (permit === null) throw new Error("the breaker lets nobody through");
			return permit;
		},
	};
}

describe("circuit breaker", () => {
	test("opens at the fifth failure within a minute, not before", () => {
		const { breaker, acquire, pass } = openBreaker();
		for (let i = 0; i < 4; i++) {
			acquire().failed();
			pass(10_000);
		}
		acquire().succeeded();
		expect(breaker.state).toBe("closed");
		acquire().failed();
		expect(breaker.state).toBe("open");
		expect(breaker.tryAcquire()).toBeNull();
	});

	test("forgets failures that are more than a minute old", () => {
		const { breaker, acquire, pass } = openBreaker();
		for (let i = 0; i < 20; i++) {
			acquire().failed();
			pass(15_001);
		}
		expect(breaker.state).toBe("closed");
	});

	test("lets one call through after 30 s; success closes", () => {
		const { breaker, acquire, pass, states } = openBreaker();
		for (let i = 0; i < 5; i++) acquire().failed();
		pass(29_999);
		expect(breaker.tryAcquire()).toBeNull();
		pass(1);
		const probe = acquire();
		expect(breaker.state).toBe("half_open");
		expect(breaker.tryAcquire()).toBeNull();
		probe.succeeded();
		expect(states).toEqual(["open", "half_open", "closed"]);
		for (let i = 0; i < 4; i++) acquire().failed();
		expect(breaker.state).toBe("closed");
	});

	test("a failing probe opens it for another 30 s", () => {
		const { breaker, acquire, pass } = openBreaker();
		for (let i = 0; i < 5; i++) acquire().failed();
		pass(30_000);
		acquire().failed();
		pass(29_999);
		expect(breaker.tryAcquire()).toBeNull();
		pass(1);
		acquire().succeeded();
		expect(breaker.state).toBe("closed");
	});

	test("a probe that was cancelled leaves the place to the next", () => {
		const { breaker, acquire, pass } = openBreaker();
		for (let i = 0; i < 5; i++) acquire().failed();
		pass(30_000);
		acquire().dropped();
		expect(breaker.state).toBe("open");
		acquire().succeeded();
		expect(breaker.state).toBe("closed");
	});

	test("late failures of calls from before the opening change nothing", () => {
		const { breaker, acquire, pass } = openBreaker();
		const late = acquire();
		for (let i = 0; i < 5; i++) acquire().failed();
		pass(30_000);
		const probe = acquire();
		late.failed();
		expect(breaker.state).toBe("half_open");
		probe.succeeded();
		expect(breaker.state).toBe("closed");
	});
});
