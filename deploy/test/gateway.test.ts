import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const GATEWAY = fileURLToPath(new URL("../gateway", import.meta.url));
const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
if (process.env.CI !== undefined && !hasNginx) throw new Error("nginx is not installed; run tools/test-servers.sh");

describe("problems.txt", () => {
	const rows = readFileSync(join(GATEWAY, "problems.txt"), "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => line.split("|"));

	it("tells problems as the error table does", () => {
		expect(rows.length).toBeGreaterThan(8);
		for (const [, sent, code, title, detail, remedy, retry] of rows) {
			const entry = ERROR_TABLE[code as ErrorCode];
			expect([Number(sent), title], code).toEqual([entry.httpStatus, entry.title]);
			expect(detail, code).toMatch(/^[A-Z].*\.$/);
			expect(remedy, code).toMatch(/^[A-Z].*\.$/);
			expect(retry, code).toMatch(sent === "429" || sent === "503" ? /^\d+$/ : /^-$/);
		}
	});
});

describe.skipIf(!hasNginx)("start.sh", () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), "anny-fitter-gateway-"));
		const key = [
			"-newkey",
			"ec",
			"-pkeyopt",
			"ec_paramgen_curve:prime256v1",
			"-nodes",
			"-keyout",
			"key",
			"-out",
			"certificate",
		];
		spawnSync("openssl", ["req", "-x509", "-subj", "/CN=localhost", ...key], { cwd: folder });
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	function start(program: string, env: Record<string, string> = {}) {
		const { status, stdout, stderr } = spawnSync("sh", [join(GATEWAY, "start.sh"), program], {
			encoding: "utf8",
			env: {
				PATH: process.env.PATH,
				GATEWAY_CHECK_ONLY: "true",
				GATEWAY_RUN_DIR: folder,
				// The pipes between Node's processes are sockets, which nobody can open by name.
				GATEWAY_ACCESS_LOG: join(folder, "access.log"),
				GATEWAY_TLS_CERTIFICATE: join(folder, "certificate"),
				GATEWAY_TLS_KEY: join(folder, "key"),
				...Object.fromEntries(
					["API", "WEB", "VISION", "FITTING", "VISUALIZATION"].map((name) => [`${name}_SERVERS`, "127.0.0.1:9"]),
				),
				...env,
			},
		});
		return { status, output: stdout + stderr };
	}

	it("writes configurations that nginx reads without a word", () => {
		expect(start("gateway")).toEqual({ status: 0, output: "" });
		expect(start("web")).toEqual({ status: 0, output: "" });
	});

	it("puts the settings where they belong", () => {
		const env = {
			API_SERVERS: "127.0.0.1:9001 127.0.0.1:9002",
			MAX_UPLOAD_SIZE_MB: "10",
			GATEWAY_TRUSTED_PROXIES: "10.0.0.0/8",
			GATEWAY_PUBLIC_HTTPS_PORT: "8443",
		};
		expect(start("gateway", env)).toEqual({ status: 0, output: "" });
		const text = readFileSync(join(folder, "gateway.conf"), "utf8");
		expect(text.match(/server 127\.0\.0\.1:900\d max_fails=2 fail_timeout=5s;/g)).toHaveLength(2);
		expect(text).toContain("client_max_body_size 10065536;");
		expect(text).toContain("set_real_ip_from 10.0.0.0/8;");
		expect(text).toContain("return 308 https://$host:8443$request_uri;");
		expect(text).not.toMatch(/\$\{[A-Z]|\bresolve\b/);
	});

	it("resolves names again and again where it is told by whom", () => {
		// Debian's nginx does not know this yet: what is looked at is the text.
		start("gateway", { API_SERVERS: "api:8000", GATEWAY_RESOLVER: "127.0.0.11" });
		const text = readFileSync(join(folder, "gateway.conf"), "utf8");
		expect(text).toContain("server api:8000 max_fails=2 fail_timeout=5s resolve;");
		expect(text).toContain("resolver 127.0.0.11 valid=10s ipv6=off;");
	});

	it.each([
		["a number that is none", { MAX_UPLOAD_SIZE_MB: "10m" }, /MAX_UPLOAD_SIZE_MB is "10m".*\nremedy: /],
		["a server without a port", { API_SERVERS: "api" }, /API_SERVERS names "api" without a port/],
		["what is no server", { API_SERVERS: "api:8000;evil" }, /API_SERVERS names "api:8000;evil"/],
		["no certificate", { GATEWAY_TLS_KEY: "/nowhere" }, /\/nowhere cannot be read/],
	])("refuses %s, and says what to do", (_, env, message) => {
		const { status, output } = start("gateway", env);
		expect(status).toBe(2);
		expect(output).toMatch(message);
	});

	it("lets a broken template not start", () => {
		const broken = join(folder, "broken");
		spawnSync("cp", ["-r", GATEWAY, broken]);
		writeFileSync(join(broken, "web.conf.template"), "http { server { listen } }");
		const { status } = spawnSync("sh", [join(broken, "start.sh"), "web"], {
			env: { PATH: process.env.PATH, GATEWAY_CHECK_ONLY: "true", GATEWAY_RUN_DIR: folder },
		});
		expect(status).toBe(1);
	});
});
