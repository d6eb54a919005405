import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Health, HealthStatus } from "@anny-fitter/contracts/rpc";
import { openGrpcTransport } from "@anny-fitter/platform/rpc";
import { createClient, type Transport } from "@connectrpc/connect";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../packages/platform/test/free-port.js";
import { analyse, WOMAN } from "./shared.js";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

interface Program {
	readonly process: ChildProcess;
	readonly exit: Promise<number | null>;
	output(): string;
}

function start(env: Record<string, string>): Program {
	const child = spawn(process.execPath, [MAIN], { env: { ...process.env, VISION_VARIANT: "lite", ...env } });
	let text = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += String(data)));
	const exit = once(child, "exit").then(([code]) => code as number | null);
	closers.push(async () => {
		child.kill("SIGKILL");
		await exit;
	});
	return { process: child, exit, output: () => text };
}

function open(url: string): Transport {
	const { transport, close } = openGrpcTransport(url);
	closers.push(close);
	return transport;
}

async function isServing(transport: Transport): Promise<void> {
	const health = createClient(Health, transport);
	const status = () =>
		health.check({}).then(
			(answer) => answer.status,
			() => undefined,
		);
	await expect.poll(status, { timeout: 40_000, interval: 200 }).toBe(HealthStatus.SERVING);
}

describe("the vision service's program", () => {
	it("fails calls retryably when it is killed, and serves them once started again", async () => {
		const port = await freePort();
		const first = start({ VISION_PORT: String(port) });
		const transport = open(`http://127.0.0.1:${port}`);
		await isServing(transport);
		const running = analyse(transport, WOMAN, { onProgress: () => void first.process.kill("SIGKILL") });
		await expect(running).rejects.toMatchObject({ code: "service_unavailable", retryable: true });
		await first.exit;
		await expect(analyse(transport, WOMAN)).rejects.toMatchObject({ code: "service_unavailable", retryable: true });

		const second = start({ VISION_PORT: String(port) });
		await isServing(transport);
		expect((await analyse(transport, WOMAN)).body.length).toBe(33 * 5 * 8);
		// A call that runs when it is told to stop is finished.
		let isTold = false;
		const tellOnce = () => {
			// A second signal would end it at once.
			if (!isTold) isTold = second.process.kill("SIGTERM");
		};
		const last = analyse(transport, WOMAN, { onProgress: tellOnce });
		expect((await last).body.length).toBe(33 * 5 * 8);
		expect(await second.exit).toBe(0);
		expect(second.output()).toContain("vision service stops");
		expect(second.output()).not.toContain("photo 1");
	}, 120_000);

	it("names a setting that it cannot use", async () => {
		for (const [name, value] of [
			["VISION_PORT", "eight"],
			["VISION_THREADS", "0"],
			["INFERENCE_DEVICE", "tpu"],
		] as const) {
			const program = start({ [name]: value });
			expect(await program.exit).toBe(2);
			expect(program.output()).toContain(name);
		}
	});
});
