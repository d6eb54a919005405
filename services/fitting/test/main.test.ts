import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FittingService, Health, HealthStatus } from "@anny-fitter/contracts/rpc";
import { openGrpcTransport } from "@anny-fitter/platform/rpc";
import { createClient } from "@connectrpc/connect";
import { expect, test } from "vitest";

function start(env: Record<string, string>) {
	const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
	const child = spawn(process.execPath, [main], { env: { ...process.env, ...env } });
	let text = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += String(data)));
	const exit = once(child, "exit").then(([code]) => code as number | null);
	return { child, exit, output: () => text };
}

test("serves on the port it is given, says that it is healthy, and finishes what runs when told to stop", async () => {
	const program = start({ FITTING_PORT: "0" });
	const url = () => /"url":"(http:[^"]+)"/.exec(program.output())?.[1];
	await expect.poll(url, { timeout: 40_000, interval: 100 }).toBeDefined();
	const { transport, close } = openGrpcTransport(url() ?? "");
	const health = await createClient(Health, transport).check({ service: "anny_fitter.v1.FittingService" });
	expect(health.status).toBe(HealthStatus.SERVING);
	const stages: string[] = [];
	let isFlagged = false;
	const call = createClient(FittingService, transport).fit({ statedJson: '{"stature_m": 1.6543}' });
	for await (const { event } of call) {
		// A second signal would end it at once.
		if (stages.length === 0) program.child.kill("SIGTERM");
		stages.push(event.case ?? "");
		if (event.case === "result") isFlagged = event.value.flaggedForReview;
	}
	expect(stages.at(-1)).toBe("result");
	expect(isFlagged).toBe(true);
	expect(await program.exit).toBe(0);
	// What was sent and what was found stays out of the log.
	expect(program.output()).toContain("call answered");
	expect(program.output()).not.toMatch(/1\.6543|stature|interval/);
	await close();
});

test("names the variable that is wrong", async () => {
	const program = start({ FITTING_THREADS: "many" });
	expect(await program.exit).toBe(2);
	expect(program.output()).toMatch(/FITTING_THREADS is not usable/);
});
