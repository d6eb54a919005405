import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The operator's bash: what one block sets, the next one knows. It ends at the first command that fails. */
export interface Shell {
	/** @returns what it wrote to stdout @throws Error with all it wrote when a command fails */
	run(code: string): Promise<string>;
	hasEnded(): boolean;
	stop(): Promise<void>;
}

export function startShell(cwd: string, env: Readonly<Record<string, string>>): Shell {
	const child = spawn("bash", [], { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
	const exited = once(child, "exit");
	let output = "";
	let errors = "";
	let changed = () => {};
	child.stdout.on("data", (text) => {
		output += text;
		changed();
	});
	child.stderr.on("data", (text) => (errors += text));
	child.on("exit", () => changed());
	child.stdin.write("set -eu\n");
	return {
		run: async (code) => {
			output = errors = "";
			const end = `end-${randomBytes(8).toString("hex")}`;
			const path = join(cwd, ".block.sh");
			writeFileSync(path, code);
			child.stdin.write(`source ${path} </dev/null\necho ${end}\n`);
			while (!output.includes(`${end}\n`)) {
				if (child.exitCode !== null) throw new Error(`exit status ${child.exitCode}:\n${code}\n${output}\n${errors}`);
				await new Promise<void>((resolve) => {
					changed = resolve;
				});
			}
			return output.slice(0, output.indexOf(end));
		},
		hasEnded: () => child.exitCode !== null,
		stop: async () => {
			if (child.exitCode !== null) return;
			child.stdin.end("exit 0\n");
			await exited;
		},
	};
}
