import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

/** The compiled program. */
export const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A photo of the samples. */
export function samplePath(name: string): string {
	return fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
}

export interface CliRun {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CliSettings {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Called with everything written to stderr so far, whenever there is more. */
	readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the real program in a process of its own. */
export function runCli(parameters: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [MAIN, ...parameters], {
			cwd: settings.cwd,
			env: { ...process.env, ...settings.env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
			settings.onStderr?.(stderr, (signal) => child.kill(signal));
		});
		child.on("error", reject);
		child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
	});
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-cli-"));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/**
 * Checks that a run failed the way users are promised: the exit code, one line with the cause, one with the remedy, each
 * a single sentence, no stack trace, nothing on stdout.
 */
export function expectFailure(run: CliRun, exitCode: number, cause: RegExp, remedy: RegExp = /./): void {
	const lines = run.stderr.trimEnd().split("\n");
	const [causeLine, remedyLine] = lines.slice(-2);
	expect(run, run.stderr).toMatchObject({ exitCode, stdout: "" });
	expect(causeLine).toMatch(/^error: \S.*[.?]$/);
	expect(causeLine).toMatch(cause);
	expect(remedyLine).toMatch(/^remedy: \S.*[.?]$/);
	expect(remedyLine).toMatch(remedy);
	expect(run.stderr).not.toMatch(/^\s+at /m);
	expect(run.stderr.match(/^error: /gm)).toHaveLength(1);
}
