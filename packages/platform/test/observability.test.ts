import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import {
	addGpuMetrics,
	createLogger,
	createMetrics,
	createServiceMetrics,
	mergeMetrics,
} from "@anny-fitter/platform/observability";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

/** A logger and what it wrote. */
function capture(): {
	log: ReturnType<typeof createLogger>;
	lines: () => Record<string, unknown>[];
	text: () => string;
} {
	const written: string[] = [];
	const log = createLogger({
		level: "trace",
		service: "test",
		destination: { write: (line: string) => void written.push(line) },
	});
	return {
		log,
		lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
		text: () => written.join(""),
	};
}
/** Stands for anything that must not be seen. */
const SECRET = "Xq7-very-private-Xq7";
const SENSITIVE_KEYS = [
	"authorization",
	"Authorization",
	"cookie",
	"set-cookie",
	"password",
	"new_password",
	"email",
	"userEmail",
	"token",
	"refresh_token",
	"accessToken",
	"name",
	"first_name",
	"photo",
	"photos",
	"landmarks",
	"landmark_positions",
	"measurements",
	"waist_girth",
	"stature_m",
	"weight_kg",
	"height_cm",
	"age_years",
	"date_of_birth",
	"sex",
	"jwtSecret",
	"body",
	"local_changes",
];

describe("the log", () => {
	it("writes level, time, service and message as JSON", () => {
		const { log, lines } = capture();
		log.info({ requestId: "r1", status: 200, duration_ms: 12.5, list: ["a"], nothing: null }, "done");
		log.warn("plain");
		expect(lines()[0]).toEqual({
			level: "info",
			timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
			service: "test",
			requestId: "r1",
			status: 200,
			duration_ms: 12.5,
			list: ["a"],
			nothing: null,
			message: "done",
		});
		expect(lines()[1]).toMatchObject({ level: "warn", message: "plain" });
	});

	it.each(SENSITIVE_KEYS)("hides %s at any depth, in details and in bindings", (key) => {
		const { log, text, lines } = capture();
		log.info({ [key]: SECRET }, "top");
		log.info({ a: { b: [{ c: { [key]: SECRET } }] } }, "deep");
		log.info({ [key]: { inside: SECRET, list: [SECRET] } }, "object");
		log.info({ [key]: 1.8231 }, "number");
		log.child({ [key]: SECRET }).info("child");
		log
			.child({ a: { [key]: SECRET } })
			.child({ b: 1 })
			.info({ c: 2 }, "grandchild");
		expect(lines()).toHaveLength(6);
		expect(text()).not.toContain(SECRET);
		expect(text()).not.toContain("1.8231");
		expect(text()).toContain("[redacted]");
	});

	it("hides them wherever they stand (property)", () => {
		const wrap = fc.letrec((tie) => ({
			value: fc.oneof(
				{ maxDepth: 5 },
				fc.constantFrom(...SENSITIVE_KEYS).map((key) => ({ [key]: SECRET })),
				fc.array(tie("value"), { minLength: 1, maxLength: 3 }),
				fc.dictionary(fc.string({ maxLength: 6 }), tie("value"), { minKeys: 1, maxKeys: 3 }),
			),
		})).value;
		fc.assert(
			fc.property(wrap, (value) => {
				const { log, text } = capture();
				log.info({ value }, "x");
				return !text().includes(SECRET);
			}),
			{ seed: 7, numRuns: 300 },
		);
	});

	it("never fails, whatever it is given (property)", () => {
		fc.assert(
			fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }), (value) => {
				const { log, lines } = capture();
				log.info({ value, err: value }, "x");
				log.error(value as object);
				return lines().length === 2;
			}),
			{ seed: 7, numRuns: 300 },
		);
		const circular: Record<string, unknown> = {};
		circular.self = circular;
		const hostile = {
			get broken(): string {
				throw new Error(SECRET);
			},
		};
		const { log, text } = capture();
		log.info({ circular, deep: JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as object }, "x");
		log.info(hostile, "x");
		expect(text().length).toBeLessThan(2000);
		expect(text()).not.toContain(SECRET);
	});

	it("hides e-mail addresses, tokens and passwords in free text", () => {
		const { log, text, lines } = capture();
		const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiMSJ9.c2lnbmF0dXJlLXBhcnQ";
		log.info({ note: "mail alice@example.org", url: "postgres://app:hunter2@db/fits" }, `Bearer ${jwt}`);
		log.info("from %s with %s", "bob.o-neil+x@mail.example.co.uk", jwt);
		expect(lines()).toHaveLength(2);
		for (const part of ["alice", "bob", "hunter2", "eyJ", "c2lnbmF0"]) expect(text()).not.toContain(part);
		expect(text()).toContain("postgres://[redacted]@db/fits");
	});

	it("shows sizes instead of bytes and landmarks, and counts as they are", () => {
		const { log, lines } = capture();
		log.info(
			{
				data: randomBytes(100),
				points: Array.from({ length: 99 }, () => 0.123_456),
				floats: new Float32Array(10),
				photo_count: 2,
				upload_bytes: 77,
				photo_ms: 3,
				token_lifetime_seconds: 4,
			},
			"x",
		);
		expect(lines()[0]).toMatchObject({
			data: "[100 bytes]",
			points: "[99 numbers]",
			floats: "[40 bytes]",
			photo_count: 2,
			upload_bytes: 77,
			photo_ms: 3,
			token_lifetime_seconds: 4,
		});
	});

	it("shows method and path of a request, without query and headers", () => {
		const { log, lines, text } = capture();
		const req = {
			id: "r",
			method: "GET",
			url: `/api/v1/subjects?search=${SECRET}`,
			headers: { cookie: SECRET },
			raw: {},
		};
		log.info({ req, res: { statusCode: 200, payload: SECRET } }, "x");
		expect(lines()[0]).toMatchObject({
			req: { id: "r", method: "GET", path: "/api/v1/subjects" },
			res: { status: 200 },
		});
		expect(text()).not.toContain(SECRET);
	});
});

describe("errors in the log", () => {
	const thrownBy = (run: () => unknown): Error => {
		try {
			run();
		} catch (error) {
			return error as Error;
		}
		throw new Error("nothing was thrown");
	};
	it.each([
		["an error", () => new Error(SECRET)],
		["an error of several lines", () => new Error(`x\n    at ${SECRET} (file.js:1:1)\ny`)],
		["JSON that does not parse", () => thrownBy(() => JSON.parse(SECRET))],
		["a value of the wrong type", () => new TypeError(`expected a number, received ${SECRET}`)],
		["what a schema refuses", () => thrownBy(() => z.object({ a: z.enum(["b"]) }).parse({ a: SECRET, [SECRET]: 1 }))],
		[
			"a row that PostgreSQL refuses",
			() =>
				Object.assign(new Error(`duplicate key (${SECRET})`), {
					code: "23505",
					table: "users",
					detail: SECRET,
					where: SECRET,
				}),
		],
		["a cause", () => new Error("x", { cause: new Error(SECRET, { cause: SECRET }) })],
		["several", () => new AggregateError([new Error(SECRET), SECRET], SECRET)],
		["a name and a code", () => Object.assign(new Error("x"), { name: `${SECRET} !`, code: `${SECRET} !` })],
		["properties", () => Object.assign(new Error("x"), { request: { body: SECRET }, value: SECRET })],
		[
			"an input error",
			() => new AppError("invalid_argument", `name "${SECRET}" is wrong`, { details: { issues: [SECRET] } }),
		],
		[
			"its details and cause",
			() => new AppError("internal", "It failed.", { details: { a: SECRET }, cause: new Error(SECRET) }),
		],
	])("show nothing of %s", (_title, make) => {
		const { log, text, lines } = capture();
		const error = make();
		log.error(error);
		log.error(error, "with text");
		log.error({ err: error });
		log.error({ err: error }, error.message);
		log.error({ error, deep: { list: [error] } }, "elsewhere");
		log.child({ err: error }).error("bound");
		expect(lines()).toHaveLength(6);
		expect(text()).not.toContain(SECRET);
	});

	it("show what helps: type, code, place, the schema's names, and our own sentences", async () => {
		const { log, lines } = capture();
		log.error(new AppError("database_unavailable", "The database does not answer.", { cause: new TypeError("x") }));
		log.error({ err: Object.assign(new Error("x"), { code: "23505", table: "users", constraint: "users_key" }) });
		const refused = await new Promise<Error>((resolve) => connect(1, "127.0.0.1").on("error", resolve));
		log.error({ err: refused }, "no connection");
		const [own, row, network] = lines();
		expect(own).toMatchObject({
			message: "The database does not answer.",
			error: {
				type: "AppError",
				code: "database_unavailable",
				stack: expect.stringContaining("observability.test.ts"),
			},
		});
		expect(own?.error).toMatchObject({ cause: { type: "TypeError" } });
		expect(row).toMatchObject({
			message: "Error 23505",
			error: { code: "23505", table: "users", constraint: "users_key" },
		});
		expect(network).toMatchObject({ error: { code: "ECONNREFUSED", message: "connect 127.0.0.1:1" } });
	});
});

/** The order of labels means nothing. */
const sortLabels = (text: string): string =>
	text.replace(/\{([^}]*)\}/g, (_, labels: string) => `{${labels.split(",").sort().join()}}`);

describe("metrics", () => {
	it("count and time what happens, by template and never by id", async () => {
		const metrics = createMetrics({ service: "api" });
		metrics.observeRequest("/api/v1/models/:id", "GET", 200, 0.02);
		metrics.observeRequest("/api/v1/models/:id", "GET", 200, 3);
		metrics.countProblem("internal");
		metrics.countFit("completed", 2);
		metrics.countFit("failed");
		metrics.countFitFailure("no_person", "input");
		metrics.observeStage("vision", 1.5);
		metrics.observeFitQuality({ expected_pve_mm: 9, reprojection_shares: [0.01, 0.004], silhouette_ious: [0.96] });
		metrics.observeInference("pose_landmark", "cpu", 0.12);
		metrics.countExport("glb");
		metrics.countSubject();
		metrics.countCacheRead("subject", true);
		metrics.setBreakerState("vision", "closed");
		metrics.setBreakerState("vision", "open");
		let isAway = false;
		metrics.readQueue(async () => {
			if (isAway) throw new Error("away");
			return { queued: 3, active: 1, oldest_s: 42 };
		});
		metrics.readDatabasePool(() => ({ total: 10, idle: 7, waiting: 2 }));
		metrics.readTasks("fitting", () => ({ running: 2, waiting: 5 }));
		metrics.readDependencies(async () => ({ database: true, vision: false }));
		const text = sortLabels(await metrics.render());
		expect(metrics.contentType).toContain("application/openmetrics-text");
		expect(text).toMatch(/# EOF\n$/);
		for (const line of [
			'http_request_duration_seconds_count{route="/api/v1/models/:id",method="GET",status="200",service="api"} 2',
			'http_request_duration_seconds_bucket{le="0.025",service="api",route="/api/v1/models/:id",method="GET",status="200"} 1',
			'http_problems_total{code="not_found",cause="input",service="api"} 0',
			'http_problems_total{code="internal",cause="server",service="api"} 1',
			'fits_total{outcome="completed",service="api"} 1',
			'fits_total{outcome="failed",service="api"} 1',
			'fits_total{outcome="expired",service="api"} 0',
			'fit_failures_total{code="no_person",cause="input",service="api"} 1',
			'fit_stage_duration_seconds_sum{stage="vision",service="api"} 1.5',
			'fit_expected_pve_millimetres_sum{service="api"} 9',
			'fit_reprojection_ratio_count{service="api"} 2',
			'inference_duration_seconds_count{network="pose_landmark",device="cpu",service="api"} 1',
			'circuit_breaker_state{breaker="vision",state="open",service="api"} 1',
			'circuit_breaker_state{breaker="vision",state="closed",service="api"} 0',
			'fit_queue_length{state="queued",service="api"} 3',
			'fit_queue_oldest_seconds{service="api"} 42',
			'thread_tasks{pool="fitting",state="waiting",service="api"} 5',
			'dependency_up{dependency="vision",service="api"} 0',
			'database_pool_connections{state="used",service="api"} 3',
			'cache_reads_total{cache="subject",result="hit",service="api"} 1',
			'exports_total{format="glb",service="api"} 1',
		]) {
			expect(text).toContain(`${sortLabels(line)}\n`);
		}
		expect(text).toContain("process_resident_memory_bytes");
		isAway = true;
		const later = await metrics.render();
		expect(later).not.toContain('fit_queue_length{state="queued"');
		expect(later).not.toContain("fit_queue_oldest_seconds{");
	});

	it("of two programs in one process stay apart", async () => {
		const [first, second] = [createMetrics(), createMetrics()];
		first.countSubject();
		expect(await first.render()).toContain("subjects_created_total 1");
		expect(await second.render()).toContain("subjects_created_total 0");
	});

	it("of several processes become one text, each family in one piece", async () => {
		const texts = await Promise.all(
			["1", "2"].map(async (process) => {
				const metrics = createMetrics({ service: "api", process });
				metrics.countSubject();
				return metrics.render();
			}),
		);
		const lines = mergeMetrics(texts).split("\n");
		const from = lines.indexOf("# TYPE subjects_created counter");
		expect(lines.slice(from + 1, from + 3).map(sortLabels)).toEqual([
			'subjects_created_total{process="1",service="api"} 1',
			'subjects_created_total{process="2",service="api"} 1',
		]);
		expect(lines.filter((line) => line.startsWith("# TYPE subjects_created "))).toHaveLength(1);
		expect(lines.filter((line) => line === "# EOF")).toHaveLength(1);
	});

	it("of GPUs are there where the driver tells of one, without what it does not know", async () => {
		const folder = await mkdtemp(join(tmpdir(), "anny-fitter-gpu-"));
		try {
			// What the driver's program prints; power is not known to all cards.
			const program = join(folder, "driver");
			await writeFile(program, "#!/bin/sh\necho '0, 37, 2048, 8192, 61, 180.5'\necho '1, 0, 1, 8192, 40, [N/A]'\n", {
				mode: 0o700,
			});
			const metrics = createServiceMetrics();
			expect(await addGpuMetrics(metrics, program)).toBe(2);
			const text = await metrics.render();
			expect(text).toContain('gpu_utilization_ratio{gpu="0"} 0.37\n');
			expect(text).toContain(`gpu_memory_used_bytes{gpu="0"} ${2048 * 1024 * 1024}\n`);
			expect(text).toContain('gpu_temperature_celsius{gpu="1"} 40\n');
			expect(text).toContain('gpu_power_watts{gpu="0"} 180.5\n');
			expect(text).not.toContain('gpu_power_watts{gpu="1"}');
			const without = createServiceMetrics();
			expect(await addGpuMetrics(without, join(folder, "missing"))).toBe(0);
			expect(await without.render()).not.toContain("gpu_");
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});
