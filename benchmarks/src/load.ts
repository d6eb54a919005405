/**
 * Loads a server of its own on this machine with reads, log-ins and fits, and watches its memory.
 *
 *   npm run load -w @anny-fitter/benchmarks [-- --seconds 10 --minutes 10]
 *
 * Embedded by default; with DATABASE_URL, REDIS_URL, S3_… and WORKERS in the environment, as they say.
 */
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { type LoadClient, openLoadClient } from "./load/client.js";
import { type LoadedServer, startLoadedServer } from "./load/server.js";
import { median, quantile } from "./statistics.js";

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "10" },
		minutes: { type: "string", default: "10" },
	},
});
const seconds = Number(values.seconds);
const minutes = Number(values.minutes);
if (!(seconds >= 1 && seconds <= 60 && minutes >= 0 && minutes <= 30)) {
	console.error("--seconds must be 1 to 60, --minutes 0 to 30.");
	process.exit(2);
}

const server = await startLoadedServer(process.env);
try {
	const client = await openLoadClient(server.url);
	const { subject_id } = (await (await client.call("POST", "/subjects", { gender: "female" })).json()) as {
		subject_id: string;
	};
	const modelId = await client.fit();
	console.log(
		"| request | connections | requests/s | p50 ms | p95 ms | p99 ms | errors |\n|---|---|---|---|---|---|---|",
	);
	for (const path of ["/healthz", "/auth/me", "/subjects", `/subjects/${subject_id}`, `/models/${modelId}`]) {
		await readLoad(server, client, path, path.replace(subject_id, "{id}").replace(modelId, "{id}"));
	}
	await readLoad(server, client, `/models/${modelId}/mesh?format=glb`, "/models/{id}/mesh?format=glb", 4);
	await logInLoad(server, client);
	for (const concurrency of [1, 4]) await fitLoad(client, concurrency);
	if (minutes > 0) await watchMemory(server, client, minutes);
} finally {
	await server.stop();
}

function readLoad({ url }: LoadedServer, client: LoadClient, path: string, name: string, connections = 20) {
	const target = path === "/healthz" ? `${url}${path}` : `${url}/api/v1${path}`;
	return fire(`GET ${name}`, { url: target, connections, headers: { authorization: client.authorization } });
}

function logInLoad({ url }: LoadedServer, { email, password }: LoadClient) {
	return fire("POST /auth/login", {
		url: `${url}/api/v1/auth/login`,
		method: "POST",
		connections: 8,
		timeout: 30,
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ email, password }),
	});
}

async function fire(name: string, options: autocannon.Options & { readonly connections: number }): Promise<void> {
	const times: number[] = [];
	const { requests, errors, timeouts, non2xx } = await new Promise<autocannon.Result>((resolve, reject) => {
		const run = autocannon({ ...options, duration: seconds }, (error, result) =>
			error ? reject(error) : resolve(result),
		);
		run.on("response", (_client, _status, _bytes, time_ms) => times.push(time_ms));
	});
	printRow(name, options.connections, requests.average, times, errors + timeouts + non2xx);
}

async function fitLoad(client: LoadClient, concurrency: number) {
	const times: number[] = [];
	let failures = 0;
	const started = performance.now();
	const until = started + Math.max(seconds, 20) * 1000;
	await Promise.all(
		Array.from({ length: concurrency }, async () => {
			while (performance.now() < until) {
				const from = performance.now();
				await client.fit().catch(() => failures++);
				times.push(performance.now() - from);
			}
		}),
	);
	const rate = times.length / ((performance.now() - started) / 1000);
	printRow("POST /fit, two photos, until completed", concurrency, rate, times, failures);
}

function printRow(name: string, connections: number, rate: number, times_ms: readonly number[], errors: number) {
	const sorted = [...times_ms].sort((a, b) => a - b);
	const show = (time_ms: number) => (Number.isNaN(time_ms) ? "–" : time_ms.toFixed(sorted[0]! < 100 ? 1 : 0));
	const quantiles = [0.5, 0.95, 0.99].map((share) => show(quantile(sorted, share)));
	console.log(`| ${[name, connections, rate.toFixed(rate < 10 ? 2 : 0), ...quantiles, errors].join(" | ")} |`);
}

/** A mixture of fits and reads for minutes; what memory does after the first minute is what matters. */
async function watchMemory(target: LoadedServer, client: LoadClient, duration_min: number) {
	const until = Date.now() + duration_min * 60_000;
	const perMinute: number[] = [];
	console.log(`\n| minute | median resident memory MB | fits |\n|---|---|---|`);
	for (let minute = 1; Date.now() < until; minute++) {
		const samples: number[] = [];
		let fits = 0;
		const end = Math.min(until, Date.now() + 60_000);
		while (Date.now() < end) {
			await client.fit();
			fits++;
			for (let i = 0; i < 20; i++) await (await client.call("GET", "/subjects")).arrayBuffer();
			samples.push(target.memory_mb());
		}
		perMinute.push(median(samples));
		console.log(`| ${minute} | ${median(samples).toFixed(0)} | ${fits} |`);
	}
	const growth = (perMinute.at(-1) ?? 0) - (perMinute[1] ?? 0);
	console.log(`\nfrom minute 2 to minute ${perMinute.length}: ${growth >= 0 ? "+" : ""}${growth.toFixed(0)} MB`);
}
