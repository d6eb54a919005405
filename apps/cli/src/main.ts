import { runCommandLine } from "./run-command-line.js";

/** How long a command may take to clean up after Ctrl-C; a step that cannot be interrupted must not keep it longer. */
let cancelGrace_ms = 10_000;
/** npm scripts that work in the folder of whoever calls them. */
const CALLERS_FOLDER_SCRIPTS = new Set(["fit", "anny-fitter", "start"]);
/** One Ctrl-C may arrive twice: from the terminal and, passed on, from npm. */
const REPEATED_SIGNAL_MS = 500;
const ORPHAN_CHECK_MS = 500;
const EXIT_CANCELLED = 70;
const EXIT_OUTPUT = 2;

const cancellation = new AbortController();
let cancelledAt = 0;
const cancel = () => {
	if (cancelledAt === 0) {
		cancelledAt = Date.now();
		cancellation.abort();
		setTimeout(() => process.exit(EXIT_CANCELLED), cancelGrace_ms).unref();
	} else if (Date.now() - cancelledAt > REPEATED_SIGNAL_MS) {
		// Whoever asks again will not wait.
		process.exit(EXIT_CANCELLED);
	}
};
process.on("SIGINT", cancel);
process.on("SIGTERM", cancel);
// `anny-fitter … | head` closes the pipe early; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") return;
	process.stderr.write(`error: The output cannot be written (${error.code ?? error.message}).\n`);
	process.stderr.write("remedy: Make room on the disk, or write the output elsewhere.\n");
	process.exit(EXIT_OUTPUT);
});
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") process.exit(EXIT_OUTPUT);
});
// npm runs the repository's scripts in its root; paths mean the folder in which the user is.
const { npm_package_name: npmPackage, npm_lifecycle_event: npmScript, INIT_CWD: callerFolder } = process.env;
if (npmPackage === "anny-fitter-workspace" && CALLERS_FOLDER_SCRIPTS.has(npmScript ?? "") && callerFolder) {
	process.chdir(callerFolder);
	// A signal for npm alone ends npm and its shell, and would leave a server behind that nobody knows of.
	const { ppid } = process;
	setInterval(() => process.ppid !== ppid && cancelledAt === 0 && cancel(), ORPHAN_CHECK_MS).unref();
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
	stdout: process.stdout,
	stderr: process.stderr,
	env: process.env,
	signal: cancellation.signal,
	setCancelGrace: (grace_ms) => {
		cancelGrace_ms = grace_ms;
	},
});
// Deadlines of finished calls may tick on for a minute; a command that was ended has nothing to wait for.
if (cancelledAt !== 0) process.stdout.write("", () => process.exit());
