import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { areToolsPresent, FOLDER, render } from "./chart.js";
import { findViolations, isSelected, ofKind, workloads } from "./policies.js";

describe.skipIf(!areToolsPresent)("blue-green.mjs", () => {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-release-"));
	const state = join(folder, "release.yaml");
	copyFileSync(join(FOLDER, "release.example.yaml"), state);
	afterAll(() => rmSync(folder, { recursive: true }));

	const run = (...words: string[]) =>
		spawnSync(process.execPath, [join(FOLDER, "blue-green.mjs"), ...words, "--state", state], { encoding: "utf8" });

	/** Images that users reach, and those that run. */
	async function deployed() {
		const manifests = await render("--values", state);
		expect(findViolations(manifests)).toEqual([]);
		const images = (service: string) => {
			const { spec } = ofKind(manifests, "Service").find(({ metadata }) => metadata.name === service);
			return workloads(manifests)
				.filter(({ labels }) => isSelected({ matchLabels: spec.selector }, labels))
				.map((it) => it.spec.containers[0].image.split("/").pop());
		};
		return {
			users: [...images("anny-fitter-api"), ...images("anny-fitter-web")],
			running: workloads(manifests)
				.filter(({ labels }) => labels["app.kubernetes.io/component"] === "api")
				.map((it) => it.spec.containers[0].image.split("/").pop()),
		};
	}

	it("brings a release to users and back, and never leaves them without one", async () => {
		expect(await deployed()).toEqual({ users: ["api:0.1.0", "web:0.1.0"], running: ["api:0.1.0"] });
		expect(run("prepare", "0.2.0").stdout).toBe("active: blue (0.1.0), idle: green (0.2.0)\n");
		expect(await deployed()).toEqual({ users: ["api:0.1.0", "web:0.1.0"], running: ["api:0.1.0", "api:0.2.0"] });
		expect(run("switch").stdout).toBe("active: green (0.2.0), idle: blue (0.1.0)\n");
		expect(await deployed()).toEqual({ users: ["api:0.2.0", "web:0.2.0"], running: ["api:0.1.0", "api:0.2.0"] });
		expect(run("rollback").status).toBe(0);
		expect((await deployed()).users).toEqual(["api:0.1.0", "web:0.1.0"]);
		expect(run("switch").status).toBe(0);
		expect(run("retire").stdout).toBe("active: green (0.2.0), idle: blue (off)\n");
		expect(await deployed()).toEqual({ users: ["api:0.2.0", "web:0.2.0"], running: ["api:0.2.0"] });
	});

	it("refuses what would leave users with nothing, or with nothing to go back to", () => {
		for (const [words, message] of [
			[["switch"], "blue does not run. Prepare it first"],
			[["rollback"], "blue does not run"],
			[["prepare", "latest"], "one that moves is no tag to go back to"],
			[["prepare"], "needs the tag of a release"],
			[["remove"], "There is no command remove"],
		] as const) {
			const { status, stderr } = run(...words);
			expect(status).toBe(1);
			expect(stderr).toContain(message);
		}
		expect(run("prepare", "0.3.0").status).toBe(0);
		expect(run("prepare", "0.4.0").stderr).toContain("still runs 0.3.0, to go back to");
	});

	it("leaves the file as it was when Helm fails", () => {
		const { status, stderr } = spawnSync(
			process.execPath,
			[join(FOLDER, "blue-green.mjs"), "switch", "--state", state, "--apply"],
			{
				encoding: "utf8",
				env: { ...process.env, HELM: join(FOLDER, "node_modules/.bin/helm"), KUBECONFIG: "/dev/null" },
			},
		);
		expect(status).toBe(1);
		expect(stderr).toContain("Helm could not switch: what ran before runs on");
		expect(run("rollback").stdout).toBe("active: blue (0.3.0), idle: green (0.2.0)\n");
	}, 60_000);
});
