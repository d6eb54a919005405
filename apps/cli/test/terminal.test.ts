import { describe, expect, it } from "vitest";
import { exampleResult } from "../../../packages/contracts/test/example-result.js";
import { type ConsoleIo, type OutputStream, textStyle } from "../src/console-io.js";
import { renderFitReport } from "../src/fit-report.js";
import { formatDuration, formatSize } from "../src/format-values.js";
import { printableText } from "../src/printable-text.js";
import { createProgressDisplay } from "../src/progress.js";
import { layOutTable } from "../src/table.js";

function stream(settings: Partial<OutputStream> = {}): OutputStream & { text: string } {
	return {
		...settings,
		text: "",
		write(text: string) {
			this.text += text;
		},
	};
}

function consoleWith(stderr: OutputStream): ConsoleIo {
	return { stdout: stream(), stderr, env: {}, signal: new AbortController().signal, setCancelGrace: () => {} };
}

describe("textStyle", () => {
	it("colours a terminal only, and not when NO_COLOR is set", () => {
		expect(textStyle(stream({ isTTY: true }), {}).red("x")).toBe("\u001b[31mx\u001b[39m");
		expect(textStyle(stream({ isTTY: true }), { NO_COLOR: "1" }).red("x")).toBe("x");
		expect(textStyle(stream({ isTTY: true }), { NO_COLOR: "" }).red("x")).not.toBe("x");
		expect(textStyle(stream({ isTTY: true }), { TERM: "dumb" }).red("x")).toBe("x");
		expect(textStyle(stream(), {}).red("x")).toBe("x");
	});
});

describe("printableText", () => {
	it("shows control characters and changes of direction as escapes, and leaves all else", () => {
		expect(printableText("a\u001b[31m\n\u0000\u007f\u009b\u202eb")).toBe("a\\x1b[31m\\x0a\\x00\\x7f\\x9b\\u202eb");
		expect(printableText('Größe 身長 👩🏽‍🦱 – "x" \\')).toBe('Größe 身長 👩🏽‍🦱 – "x" \\');
	});
});

describe("layOutTable", () => {
	it("aligns cells whose control characters are escaped", () => {
		const columns = [
			{ title: "name", align: "left" },
			{ title: "value", align: "right" },
		] as const;
		expect(layOutTable(columns, [["\u001b[2J", "5"]])).toEqual(["name     value", "\\x1b[2J      5"]);
	});

	it("aligns columns", () => {
		const columns = [
			{ title: "name", align: "left" },
			{ title: "value", align: "right" },
			{ title: "note", align: "left" },
		] as const;
		expect(
			layOutTable(columns, [
				["waist", "82 cm", "±"],
				["arm", "5", ""],
			]),
		).toEqual(["name   value  note", "waist  82 cm  ±", "arm        5"]);
	});
});

describe("createProgressDisplay", () => {
	const events = [
		{ stage: "decode", fraction: 0, message: "Reading photo" },
		{ stage: "fit", fraction: 0.3, message: "Fitting" },
		{ stage: "fit", fraction: 0.6, message: "Fitting the outline" },
	];

	it("writes a line per stage where there is no terminal", () => {
		const stderr = stream();
		const display = createProgressDisplay(consoleWith(stderr), false);
		for (const event of events) display.update(event);
		display.finish();
		expect(stderr.text).toBe("Reading photo\nFitting\n");
	});

	it("rewrites one line on a terminal, no wider than it is, and clears it", () => {
		const stderr = stream({ isTTY: true, columns: 30 });
		const display = createProgressDisplay(consoleWith(stderr), false);
		for (const event of events) display.update(event);
		display.finish();
		const lines = stderr.text.split("\r\u001b[K");
		expect(stderr.text).not.toContain("\n");
		expect(lines.at(-1)).toBe("");
		expect(lines.at(-2)).toContain("60 %");
		for (const line of lines) expect([...line].length).toBeLessThan(30);
	});

	it("escapes control characters in messages", () => {
		for (const isTTY of [true, false]) {
			const stderr = stream({ isTTY });
			createProgressDisplay(consoleWith(stderr), false).update({ ...events[0]!, message: "Reading \u001b[2J" });
			expect(stderr.text).toContain("Reading \\x1b[2J");
		}
	});

	it("takes 80 columns for a terminal that tells no width", () => {
		const stderr = stream({ isTTY: true, columns: 0 });
		createProgressDisplay(consoleWith(stderr), false).update(events[0]!);
		expect(stderr.text).toMatch(/Reading photo$/);
	});

	it("is silent when quiet", () => {
		const stderr = stream({ isTTY: true });
		const display = createProgressDisplay(consoleWith(stderr), true);
		for (const event of events) display.update(event);
		display.finish();
		expect(stderr.text).toBe("");
	});
});

describe("renderFitReport", () => {
	it("shows values, errors, quality, advice, files and times", () => {
		const report = renderFitReport(
			exampleResult(),
			"out/front",
			[{ name: "body.glb", size_bytes: 1_234_567 }],
			textStyle(stream(), {}),
		);
		expect(report).toBe(
			`measurement     value  90 % within  confidence  from
waist_girth   82.0 cm     ± 3.3 cm        70 %  landmarks, silhouette, prior
weight        68.0 kg     ± 5.0 kg              body volume
volume         67.3 l      ± 4.9 l              body mesh
surface_area  1.80 m²    ± 0.05 m²              body mesh

Quality: usable, with limits
  photo 1, front.jpg (front): landmarks within 2.2 px, silhouette 95 % overlap
  expected distance to the true surface: 9.0 mm on average
  ! Loose clothing is suspected.
  ! The photo does not tell its focal length.
  → Wear close-fitting clothes.

Written to out/front
  body.glb (1.2 MB)

Time 1.2 s: decode 40 ms
`,
		);
	});
});

describe("renderFitReport with control characters in names", () => {
	it("escapes them", () => {
		const result = exampleResult();
		const report = renderFitReport(
			{
				...result,
				views: result.views.map((view) => ({ ...view, photo: "\u001b[1m.jpg" })),
				warnings: [{ code: "photo", message: "\u001b[2m.jpg: no focal length." }],
			},
			"out/\u001b[3m",
			[],
			textStyle(stream(), {}),
		);
		for (const name of ["\\x1b[1m.jpg", "\\x1b[2m.jpg", "out/\\x1b[3m"]) expect(report).toContain(name);
		expect(report).not.toContain("\u001b");
	});
});

describe("format", () => {
	it("chooses readable units", () => {
		expect([999, 1000, 999_499, 1_200_000].map(formatSize)).toEqual(["999 B", "1 kB", "999 kB", "1.2 MB"]);
		expect([840.4, 1800].map(formatDuration)).toEqual(["840 ms", "1.8 s"]);
	});
});
