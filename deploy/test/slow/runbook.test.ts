import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ApiClient, expectStatus, logInClient, registerClient } from "../../../services/server/test/api-client.js";
import { addMigration, canHost, type RunbookHost, startHost } from "../runbook/host.js";
import { type Block, isAsShown, ROOT, RUNBOOK, readBlocks } from "../runbook/page.js";
import { type Shell, startShell } from "../runbook/shell.js";

const BLOCKS = readBlocks(RUNBOOK);
const NAME = "Zoë Nobody-Elsehere";
/** Between two requests that watch whether users are served. */
const WATCH_INTERVAL_MS = 20;

if (!canHost && process.env.CI === "true") throw new Error("A server is missing; run tools/test-servers.sh.");

describe.skipIf(!canHost)("docs/runbook.md, block by block", () => {
	let host: RunbookHost;
	let shell: Shell;
	let client: ApiClient;
	let newRelease: Promise<unknown>;
	const tried = new Set<Block>();
	const before = getGlobalDispatcher();

	beforeAll(async () => {
		host = await startHost();
		newRelease = makeNewRelease();
		await openShell();
	});
	afterAll(async () => {
		setGlobalDispatcher(before);
		await shell?.stop();
		await newRelease?.catch(() => undefined);
		await host?.stop();
	});

	/** As a reader does who begins with a procedure. */
	async function openShell(): Promise<void> {
		shell = startShell(host.folder, {});
		await shell.run(host.engine);
		const [engine, helpers] = BLOCKS;
		expect(engine!.code).toContain("# replaced by the test");
		await shell.run(host.localized(helpers!.code));
		for (const block of [engine!, helpers!]) tried.add(block);
	}

	/** A real tree of the API with one more migration, as the next release would have it. */
	async function makeNewRelease(): Promise<void> {
		const tree = join(host.folder, "release-1.2.4");
		await promisify(execFile)("nice", ["node", join(ROOT, "deploy/images/build-tree.mjs"), "api", tree]);
		addMigration(
			tree,
			"0008-next-release",
			"alter table subjects add column nickname text",
			"alter table subjects drop column nickname",
		);
		host.addRelease("1.2.4", tree);
	}

	/** Runs the blocks of a section in their order; what must happen in between stands before the block's number. */
	async function follow(heading: string, between: Record<number, () => unknown> = {}): Promise<string[]> {
		const blocks = BLOCKS.filter((block) => block.heading === heading && block.notTried === null);
		expect(blocks.length, heading).toBeGreaterThan(0);
		const outputs: string[] = [];
		let duration_ms = 0;
		for (const [index, block] of blocks.entries()) {
			await between[index]?.();
			const start = performance.now();
			const output = await shell.run(host.localized(block.code));
			duration_ms += performance.now() - start;
			if (block.expected !== null)
				expect(isAsShown(output, block.expected), `${block.code}\nprinted:\n${output}`).toBe(true);
			tried.add(block);
			outputs.push(output);
		}
		console.info(`${heading}: ${(duration_ms / 1000).toFixed(1)} s`);
		return outputs;
	}

	// One procedure that fails does not hide what the others do.
	beforeEach(async () => {
		if (shell.hasEnded()) await openShell();
	});

	/** Asks as a user while something happens; what was not answered, or by a fault. */
	async function watch<T>(
		work: (untilNow: readonly string[]) => Promise<T>,
	): Promise<{ result: T; asked: number; failures: string[] }> {
		const failures: string[] = [];
		let asked = 0;
		let isDone = false;
		const watching = (async () => {
			while (!isDone) {
				asked++;
				const status = await client.request("GET", "/consents").then(
					async (answer) => {
						const { code } = (await answer.json()) as { code?: string };
						return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
					},
					(error: Error) => String(error.cause ?? error),
				);
				if (status !== "200") failures.push(status);
				await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL_MS));
			}
		})();
		const result = await work(failures).finally(() => {
			isDone = true;
		});
		await watching;
		console.info(`  ${asked} requests meanwhile, ${failures.length} failed`);
		return { result, asked, failures };
	}

	const direct = async (token: string) =>
		(await fetch(`${host.apiUrls()[0]}/api/v1/consents`, { headers: { authorization: `Bearer ${token}` } })).status;
	const trust = () => {
		const ca = join(host.folder, "ca.pem");
		appendFileSync(ca, readFileSync(join(host.secrets, "tls_certificate")));
		setGlobalDispatcher(new Agent({ connect: { ca: readFileSync(ca) } }));
	};
	const stored = async (query: string) => (await shell.run(`sql -d anny_fitter -c "${query}"`)).trim();

	test("deploy", async () => {
		const email = "grace@example.org";
		await follow("Deploy", {
			1: trust,
			2: async () => {
				client = await registerClient(host.url);
				await expectStatus(201, post("/auth/register", { email, password: "grass is green today" }));
			},
		});
		const admin = await logInClient(host.url, email, "grass is green today");
		await expectStatus(200, admin.request("GET", "/admin/users"));
		await expectStatus(201, client.request("POST", "/subjects", { json: { name: NAME } }));
		expect(readFileSync(join(host.folder, "rendered.yaml"), "utf8")).toContain("anny-fitter-api-blue");
	});

	test("upgrade while users work, with a migration beside the old release", async () => {
		await newRelease;
		const { failures } = await watch(() => follow("Upgrade"));
		expect(failures).toEqual([]);
		await expectStatus(201, client.request("POST", "/subjects", { json: { name: NAME } }));
	});

	test("roll back: the old release on the newer database, then without the migration", async () => {
		const { failures } = await watch(() =>
			follow("Roll back", {
				2: async () => {
					await expectStatus(201, client.request("POST", "/subjects", { json: { name: NAME } }));
					expect(await stored("select count(*) from schema_migrations where name > '0008'")).toBe("1");
				},
			}),
		);
		expect(failures).toEqual([]);
		expect(await stored("select count(*) from schema_migrations where name > '0008'")).toBe("0");
		await expectStatus(201, client.request("POST", "/subjects", { json: { name: NAME } }));
	});

	test("back up and restore", async () => {
		await follow("Back up and restore", {
			2: async () => {
				// What came after the backup is lost, and nothing else.
				await expectStatus(201, client.request("POST", "/subjects", { json: { name: "Later" } }));
			},
		});
		const subjects = await expectStatus(200, client.request("GET", "/subjects"));
		const { subjects: list } = (await subjects.json()) as { subjects: { name: string }[] };
		expect(list.map(({ name }) => name)).toEqual([NAME, NAME, NAME, NAME]);
	});

	test("JWT secret: nobody is logged out, until the old one goes", async () => {
		const cookie = await refreshCookie();
		const { failures } = await watch((untilNow) =>
			// The last block is that of the day after.
			follow("JWT secret", { 1: () => expect(untilNow).toEqual([]) }),
		);
		expect(new Set(failures)).toEqual(new Set(["401 unauthenticated"]));
		expect(await direct(client.token)).toBe(401);
		await expectStatus(200, fetch(`${host.url}/api/v1/auth/refresh`, { method: "POST", headers: { cookie } }));
		client = await logInClient(host.url, client.email, client.password);
	});

	test("field keys: all under the new key, while users work", async () => {
		const { failures } = await watch(() => follow("Field keys"));
		expect(failures).toEqual([]);
		expect(await stored("select count(distinct split_part(name, ':', 2)) from subjects where name like 'enc1:%'")).toBe(
			"1",
		);
		const answer = await expectStatus(200, client.request("GET", "/subjects"));
		expect(await answer.text()).toContain(NAME);
	});

	test("vault secret", async () => {
		await follow("Vault secret");
	});

	test("database passwords, while users work", async () => {
		const old = readFileSync(join(host.secrets, "database_url"), "utf8");
		const { failures } = await watch(() => follow("Database passwords"));
		expect(failures).toEqual([]);
		expect(readFileSync(join(host.secrets, "database_url"), "utf8")).not.toBe(old);
		const postgresLog = readFileSync(join(host.folder, "logs/postgres.log"), "utf8");
		expect(postgresLog).not.toContain(readFileSync(join(host.secrets, "postgres_password"), "utf8"));
	});

	test("metrics token", async () => {
		const old = readFileSync(join(host.secrets, "metrics_token"), "utf8");
		await follow("Metrics token");
		// As from another machine; this one needs no token.
		const read = async (token: string) => {
			const headers = { authorization: `Bearer ${token}`, "x-forwarded-for": "203.0.113.7" };
			return (await fetch(`${host.apiUrls()[0]}/metrics`, { headers })).status;
		};
		expect(await read(old)).toBe(404);
		expect(await read(readFileSync(join(host.secrets, "metrics_token"), "utf8"))).toBe(200);
	});

	test("TLS certificate: no connection is cut", async () => {
		makeCertificate();
		appendFileSync(join(host.folder, "ca.pem"), readFileSync(join(host.folder, "fullchain.pem")));
		const open = await openHalfRequest();
		trust();
		const { result, failures } = await watch(() => follow("TLS certificate"));
		expect(failures).toEqual([]);
		expect(await open.finish()).toBe(200);
		const fingerprint = execFileSync("openssl", [
			"x509",
			"-in",
			join(host.folder, "fullchain.pem"),
			"-noout",
			"-fingerprint",
			"-sha256",
		]);
		expect(result[0]).toContain(fingerprint.toString().trim());
	});

	test("first looks of the alerts", async () => {
		const alerts = RUNBOOK.slice(RUNBOOK.indexOf("\n## Alerts"), RUNBOOK.indexOf("\n## Incidents"));
		const headings = [...new Set(readBlocks(alerts).map(({ heading }) => heading))];
		expect(headings.length).toBeGreaterThan(4);
		for (const heading of headings) await follow(heading);
	});

	test("leaked JWT secret: what was signed with it is worth nothing", async () => {
		await follow("Leaked JWT secret");
		expect(await direct(client.token)).toBe(401);
		client = await logInClient(host.url, client.email, client.password);
	});

	test("leaked database password: what is connected is ended, and users hardly see it", async () => {
		const { failures } = await watch(() => follow("Leaked database password"));
		expect(failures.length).toBeLessThanOrEqual(2);
	});

	test("lost Redis: users are served without it, and with the new one", async () => {
		await host.kill("redis");
		const { failures } = await watch(() => new Promise((resolve) => setTimeout(resolve, 1000)));
		expect(failures).toEqual([]);
		await follow("Lost Redis");
	});

	test("lost PostgreSQL: clients are told, and served as soon as it is back", async () => {
		await host.kill("postgres");
		const answer = await client.request("GET", "/subjects");
		expect(answer.status).toBe(503);
		expect(await answer.json()).toMatchObject({ code: "database_unavailable" });
		await follow("Lost PostgreSQL");
		await expectStatus(200, client.request("GET", "/subjects"));
	});

	test("the other incidents", async () => {
		for (const heading of ["Full disk", "Stuck queue", "A photo in a log", "A certificate that runs out"])
			await follow(heading);
		// The search finds what it is for.
		const log = join(host.folder, "logs/api1.log");
		const text = readFileSync(log);
		appendFileSync(log, `{"message":"data:image/jpeg;base64,/9j/4AAQ"}\n`);
		const found = BLOCKS.find(({ heading }) => heading === "A photo in a log")!;
		expect((await shell.run(host.localized(found.code))).trim()).toBe("1");
		writeFileSync(log, text);
	});

	test("a deletion request", async () => {
		await shell.run(`token=${client.token} password=${client.password}`);
		await follow("A deletion request");
		await expect(logInClient(host.url, client.email, client.password)).rejects.toThrow("401");
		expect(await stored("select count(*) from subjects")).toBe("0");
	});

	test("every block was tried, but those that say why not", () => {
		const forgotten = BLOCKS.filter((block) => block.notTried === null && !tried.has(block));
		expect(forgotten.map(({ heading, code }) => `${heading}: ${code}`)).toEqual([]);
	});

	const post = (path: string, body: unknown) =>
		fetch(`${host.url}/api/v1${path}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		});

	async function refreshCookie(): Promise<string> {
		const answer = await expectStatus(200, post("/auth/login", { email: client.email, password: client.password }));
		return answer.headers.get("set-cookie")!.split(";")[0]!;
	}

	/** What a certification authority would have sent. */
	function makeCertificate(): void {
		execFileSync(
			"openssl",
			[
				...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90"],
				...[
					"-subj",
					"/CN=localhost",
					"-addext",
					"subjectAltName=DNS:localhost",
					"-keyout",
					"privkey.pem",
					"-out",
					"fullchain.pem",
				],
			],
			{ cwd: host.folder, stdio: "pipe" },
		);
	}

	/** A request whose end comes when the gateway has a new certificate. */
	async function openHalfRequest(): Promise<{ finish(): Promise<number> }> {
		const body = JSON.stringify({ name: NAME });
		const agent = new HttpsAgent({ ca: readFileSync(join(host.folder, "ca.pem")) });
		const request = requestHttps(`${host.url}/api/v1/subjects`, {
			method: "POST",
			agent,
			headers: {
				authorization: `Bearer ${client.token}`,
				"content-type": "application/json",
				"content-length": Buffer.byteLength(body),
			},
		});
		const answered = new Promise<number>((resolve, reject) => {
			request.on("response", (response) => {
				response.resume();
				resolve(response.statusCode!);
			});
			request.on("error", reject);
		});
		request.write(body.slice(0, 5));
		await new Promise((resolve) => setTimeout(resolve, 200));
		return {
			finish: async () => {
				request.end(body.slice(5));
				return (await answered) === 201 ? 200 : await answered;
			},
		};
	}
});
