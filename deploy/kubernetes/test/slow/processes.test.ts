import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Health, HealthStatus } from "@anny-fitter/contracts/rpc";
import { openGrpcTransport, startRpcServer } from "@anny-fitter/platform/rpc";
import { openPhotoVault } from "@anny-fitter/platform/vault";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../../packages/platform/test/free-port.js";
import { areToolsPresent, type Manifest, render } from "../chart.js";
import { ofKind } from "../policies.js";

const isPresent = areToolsPresent && ["nginx", "redis-server"].every((it) => spawnSync(it, ["-v"]).error === undefined);
if (!isPresent && process.env.CI === "true") throw new Error("nginx or Redis is missing; run tools/test-servers.sh.");

describe.skipIf(!isPresent)("processes with the chart's configuration", () => {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-chart-processes-"));
	const children: ChildProcess[] = [];
	let manifests: Manifest[];

	beforeAll(async () => {
		manifests = await render();
	});

	afterAll(async () => {
		for (const child of children) {
			child.kill("SIGTERM");
			if (child.exitCode === null) await once(child, "exit");
		}
		rmSync(folder, { recursive: true, force: true });
	});

	const configOf = (name: string, file: string): string =>
		ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === `anny-fitter-${name}`).data[file];

	it("spread the calls of one connection over replicas, and go on when one dies", async () => {
		const port = await freePort();
		const listenPort = await freePort();
		// They answer differently, so that an answer tells who gave it.
		const [first, second] = await Promise.all(
			[true, false].map((isWell, index) =>
				startRpcServer({ routes: () => undefined, host: `127.0.0.${index + 2}`, port, isHealthy: () => isWell }),
			),
		);
		const names = await startNames(["127.0.0.2", "127.0.0.3"]);
		const config = configOf("rpc-blue", "nginx.conf")
			.replace(/resolver kube-dns[^ ]+/, `resolver 127.0.0.1:${names.address().port}`)
			.replace("listen 8002 http2", `listen 127.0.0.1:${listenPort} http2`)
			.replace(/listen (8001|8003|8080)/g, `listen unix:${folder}/$1.sock`)
			.replace("grpc://$service:8002", `grpc://$service:${port}`)
			.replace(/(?<=[ ])\/tmp\/(?=nginx|body|proxy|fastcgi|uwsgi|scgi)/g, `${folder}/`);
		writeFileSync(join(folder, "nginx.conf"), config);
		children.push(
			spawn("nginx", ["-c", join(folder, "nginx.conf"), "-g", "daemon off;"], {
				stdio: "ignore",
			}),
		);
		await answers(listenPort);

		const { transport, close } = openGrpcTransport(`http://127.0.0.1:${listenPort}`);
		const health = createClient(Health, transport);
		const ask = async (count: number) => {
			const statuses: HealthStatus[] = [];
			for (let call = 0; call < count; call++) statuses.push((await health.check({}, { timeoutMs: 5000 })).status);
			return statuses;
		};
		const spread = await ask(60);
		const healthy = spread.filter((status) => status === HealthStatus.SERVING).length;
		expect(healthy).toBeGreaterThan(10);
		expect(healthy).toBeLessThan(50);
		expect(names.asked()).toContain("anny-fitter-fitting-blue.anny-fitter.svc.cluster.local");

		await second!.stop({ grace_ms: 0 });
		expect(new Set(await ask(30))).toEqual(new Set([HealthStatus.SERVING]));
		await close();
		await first!.stop({ grace_ms: 0 });
		names.close();
	});

	it("keep photos in a Redis that the vault accepts, and not in the other", async () => {
		const start = async (name: string): Promise<string> => {
			const [container] = ofKind(manifests, "Deployment").find(
				({ metadata }) => metadata.name === `anny-fitter-${name}`,
			).spec.template.spec.containers;
			const port = await freePort();
			const own = mkdtempSync(join(folder, `${name}-`));
			const config = configOf(name, "redis.conf")
				.replace("port 6379", `port ${port}`)
				.replace("bind * -::*", "bind 127.0.0.1")
				.replace("dir /data", `dir ${own}`);
			writeFileSync(join(own, "mounted.conf"), config);
			writeFileSync(join(own, "password"), "a-password-of-the-test");
			// What the container runs, with the mounts elsewhere.
			const script = container.args[0]
				.replace("/etc/anny-fitter/redis.conf", join(own, "mounted.conf"))
				.replace("/run/secrets/redis/password", join(own, "password"))
				.replaceAll("/run/redis/redis.conf", join(own, "redis.conf"));
			children.push(spawn("sh", ["-c", script], { stdio: "ignore", cwd: own }));
			await answers(port);
			return `redis://:a-password-of-the-test@127.0.0.1:${port}`;
		};
		const open = (redisUrl: string) => openPhotoVault({ redisUrl, secret: randomBytes(32), lifetime_ms: 60_000 });
		const vault = await open(await start("photo-vault"));
		expect(await vault.list()).toEqual([]);
		await vault.close();
		await expect(open(await start("redis"))).rejects.toThrow("writes to disk, so it may not hold photos");
	});
});

/** A name server that knows one answer, as the cluster's does for a service without an address of its own. */
async function startNames(addresses: readonly string[]) {
	const asked = new Set<string>();
	const socket: Socket = createSocket("udp4");
	socket.on("message", (query, { port, address }) => {
		const labels: string[] = [];
		let at = 12;
		while (query[at] !== 0) {
			labels.push(query.toString("latin1", at + 1, at + 1 + query[at]!));
			at += query[at]! + 1;
		}
		asked.add(labels.join("."));
		const answers = addresses.map((it) =>
			Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...it.split(".").map(Number)]),
		);
		const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, answers.length, 0, 0, 0, 0]);
		socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), port, address);
	});
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	return { address: () => socket.address(), asked: () => [...asked], close: () => socket.close() };
}

async function answers(port: number): Promise<void> {
	for (let attempt = 0; attempt < 200; attempt++) {
		const socket = connect(port, "127.0.0.1");
		const isOpen = await Promise.race([
			once(socket, "connect").then(() => true),
			once(socket, "error").then(() => false),
		]).catch(() => false);
		socket.destroy();
		if (isOpen) return;
		await sleep(50);
	}
	throw new Error(`Nothing answers on port ${port}.`);
}
