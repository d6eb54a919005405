import { describe, expect, it } from "vitest";
import { amend, record, redo, startHistory, undo } from "../../src/features/adjust/adjust-history.js";

describe("the history of adjusting", () => {
	it("goes back and forth to the very same steps", () => {
		const [first, second, third] = [{ v: 1 }, { v: 2 }, { v: 3 }];
		let history = startHistory(first);
		history = record(history, second, null, 0);
		history = record(history, third, null, 5000);
		expect(undo(history).present).toBe(second);
		expect(undo(undo(history)).present).toBe(first);
		expect(redo(undo(undo(history))).present).toBe(second);
		expect(redo(redo(undo(undo(history)))).present).toBe(third);
	});

	it("stays where it is at its ends", () => {
		const history = startHistory("only");
		expect(undo(history)).toBe(history);
		expect(redo(history)).toBe(history);
	});

	it("takes a drag as one step, and a pause, another slider or an undo as its end", () => {
		let history = startHistory(0);
		for (let i = 1; i <= 20; i++) history = record(history, i, "waist_girth", i * 40);
		expect(history.past).toEqual([0]);
		expect(history.present).toBe(20);
		history = record(history, 21, "waist_girth", 20 * 40 + 1500);
		expect(history.past).toEqual([0, 20]);
		history = record(history, 22, "hip_girth", 20 * 40 + 1600);
		expect(history.past).toEqual([0, 20, 21]);
		history = undo(history);
		history = record(history, 23, "hip_girth", 20 * 40 + 1650);
		expect(history.past).toEqual([0, 20, 21]);
		expect(undo(history).present).toBe(21);
	});

	it("forgets what was taken back when something new is done", () => {
		let history = record(record(startHistory(0), 1, null, 0), 2, null, 0);
		history = record(undo(history), 3, null, 0);
		expect(redo(history)).toBe(history);
		expect([...history.past, history.present]).toEqual([0, 1, 3]);
	});

	it("adds what has become known of a step wherever it stands", () => {
		const history = undo(record(record(startHistory("a"), "b", null, 0), "c", null, 0));
		const amended = amend(history, (step) => (step === "c" ? "c solved" : step));
		expect(redo(amended).present).toBe("c solved");
		expect(amended.present).toBe("b");
	});

	it("keeps a bounded number of steps", () => {
		let history = startHistory(0);
		for (let i = 1; i <= 1000; i++) history = record(history, i, null, i);
		expect(history.past.length).toBe(200);
		expect(history.past.at(-1)).toBe(999);
	});
});
