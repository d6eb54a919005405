/**
 * Moves users from one copy of the application to the other. What is there stands in a file of values, which belongs under
 * version control; each command changes that file and, with --apply, the cluster.
 *
 *   node blue-green.mjs prepare TAG   starts the idle color with the images TAG; users stay where they are
 *   node blue-green.mjs switch        leads users to the idle color; the other stays, ready
 *   node blue-green.mjs rollback      leads them back
 *   node blue-green.mjs retire        removes the idle color
 *
 *   --state FILE       default deploy/kubernetes/release.yaml
 *   --values FILE      further values for Helm, may be repeated
 *   --release NAME, --namespace NAME   default anny-fitter
 *   --apply            runs `helm upgrade` and waits; when that fails, Helm goes back and the file stays as it was
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, env, exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";

/**
 * @typedef {"blue" | "green"} Color
 * @typedef {{enabled: boolean, tag: string}} Copy
 * @typedef {{activeColor: Color, colors: Record<Color, Copy>}} State
 */

/** What a person can mend. */
export class SwitchError extends Error {}

/** @param {Color} color @returns {Color} */
const other = (color) => (color === "blue" ? "green" : "blue");

/**
 * The state after a command.
 * @param {State} state
 * @param {string} command
 * @param {string} [tag]
 * @returns {State}
 */
export function nextState(state, command, tag) {
	const { activeColor, colors } = state;
	const idle = other(activeColor);
	if (!colors[activeColor].enabled)
		throw new SwitchError(`The active color ${activeColor} does not run; mend the file of state.`);
	switch (command) {
		case "prepare":
			if (tag === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(tag) || /^(latest|main|master)$/.test(tag)) {
				throw new SwitchError(
					"prepare needs the tag of a release, such as 0.2.0; one that moves is no tag to go back to.",
				);
			}
			if (colors[idle].enabled && colors[idle].tag !== tag) {
				throw new SwitchError(`The color ${idle} still runs ${colors[idle].tag}, to go back to. Retire it first.`);
			}
			return { activeColor, colors: { ...colors, [idle]: { enabled: true, tag } } };
		case "switch":
		case "rollback":
			if (!colors[idle].enabled)
				throw new SwitchError(`There is nothing to ${command} to: ${idle} does not run. Prepare it first.`);
			return { activeColor: idle, colors };
		case "retire":
			return { activeColor, colors: { ...colors, [idle]: { ...colors[idle], enabled: false } } };
		default:
			throw new SwitchError(`There is no command ${command}; use prepare, switch, rollback or retire.`);
	}
}

/** @param {State} state @returns {string} */
export function writeState({ activeColor, colors }) {
	const line = (/** @type {Color} */ color) =>
		`  ${color}: { enabled: ${colors[color].enabled}, tag: "${colors[color].tag}" }\n`;
	return `# Written by blue-green.mjs.\nactiveColor: ${activeColor}\ncolors:\n${line("blue")}${line("green")}`;
}

/** @param {string} text as `writeState` gives it @returns {State} */
export function readState(text) {
	const active = /^activeColor: (blue|green)$/m.exec(text)?.[1];
	const copy = (/** @type {Color} */ color) => {
		const found = new RegExp(`^  ${color}: \\{ enabled: (true|false), tag: "([^"]+)" \\}$`, "m").exec(text);
		if (found === null) throw new SwitchError(`The file of state does not tell what ${color} is.`);
		return { enabled: found[1] === "true", tag: /** @type {string} */ (found[2]) };
	};
	if (active === undefined) throw new SwitchError("The file of state does not tell the active color.");
	return { activeColor: /** @type {Color} */ (active), colors: { blue: copy("blue"), green: copy("green") } };
}

function main() {
	const { values, positionals } = parseArgs({
		args: argv.slice(2),
		allowPositionals: true,
		options: {
			state: { type: "string", default: join(import.meta.dirname, "release.yaml") },
			values: { type: "string", multiple: true, default: [] },
			release: { type: "string", default: "anny-fitter" },
			namespace: { type: "string", default: "anny-fitter" },
			apply: { type: "boolean", default: false },
		},
	});
	const [command = "", tag] = positionals;
	if (!existsSync(values.state)) {
		throw new SwitchError(`There is no file ${values.state}; copy deploy/kubernetes/release.example.yaml there.`);
	}
	const before = readState(readFileSync(values.state, "utf8"));
	const after = nextState(before, command, tag);
	const next = `${values.state}.next`;
	writeFileSync(next, writeState(after));
	if (values.apply) {
		const ran = spawnSync(
			env.HELM ?? "helm",
			[
				["upgrade", "--install", values.release, join(import.meta.dirname, "chart"), "--namespace", values.namespace],
				values.values.flatMap((file) => ["--values", file]),
				["--values", next, "--wait", "--rollback-on-failure", "--timeout", "15m"],
			].flat(),
			{ stdio: "inherit" },
		);
		if (ran.status !== 0) {
			throw new SwitchError(
				`Helm could not ${command}: what ran before runs on. See what it said above, and \`kubectl get events\`.`,
			);
		}
	}
	renameSync(next, values.state);
	const copy = (/** @type {Color} */ color) => (after.colors[color].enabled ? after.colors[color].tag : "off");
	stdout.write(
		`active: ${after.activeColor} (${copy(after.activeColor)}), idle: ${other(after.activeColor)} (${copy(other(after.activeColor))})\n`,
	);
}

if (argv[1] === import.meta.filename) {
	try {
		main();
	} catch (error) {
		if (!(error instanceof SwitchError)) throw error;
		stderr.write(`error: ${error.message}\n`);
		exit(1);
	}
}
