import type { ReadinessDocument } from "@anny-fitter/contracts";
import { Health, HealthStatus } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import type { ApiDependencies } from "../dependencies.js";

const TIMEOUT_MS = 3000;

/** Asks database, cache, events, object store, vault and services, side by side; what fails is told without reasons. */
export async function checkReadiness(dependencies: ApiDependencies): Promise<ReadinessDocument> {
	const { cache, database, events, objects, services, vault } = dependencies;
	const pings: Readonly<Record<string, () => Promise<unknown>>> = {
		database: () => database.ping(),
		cache: () => cache.ping(),
		events: () => events.ping(),
		objects: () => objects.ping(),
		vault: () => vault.list(),
		vision: () => askService(services.vision),
		fitting: () => askService(services.fitting),
		visualization: () => askService(services.visualization),
	};
	const checks = await Promise.all(
		Object.entries(pings).map(async ([name, ping]) => {
			const start = performance.now();
			const ok = await withTimeout(ping()).then(
				() => true,
				() => false,
			);
			return [name, { ok, duration_ms: Math.round(performance.now() - start) }] as const;
		}),
	);
	const isReady = checks.every(([, check]) => check.ok);
	return { status: isReady ? "ready" : "not_ready", checks: Object.fromEntries(checks) };
}

async function askService(transport: Transport): Promise<void> {
	try {
		const { status } = await createClient(Health, transport).check({}, { timeoutMs: TIMEOUT_MS });
		if (status !== HealthStatus.SERVING) throw new Error("not serving");
	} catch (error) {
		// A service in this process has no health service of its own: it answers, so it is there.
		if (ConnectError.from(error).code !== Code.Unimplemented) throw error;
	}
}

async function withTimeout(work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error("no answer")), TIMEOUT_MS);
	});
	try {
		await Promise.race([work, timeout]);
	} finally {
		clearTimeout(timer);
	}
}
