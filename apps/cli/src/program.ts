import { Command } from "commander";
import type { BodyOptions } from "./body-command.js";
import { type CommonOptions, requireUsableCommonOptions } from "./common-options.js";
import type { ConsoleIo } from "./console-io.js";
import type { DoctorOptions } from "./doctor-command.js";
import type { FitOptions } from "./fit-command.js";
import type { MeasureOptions } from "./measure-command.js";
import type { MeshOptions } from "./mesh-command.js";
import type { ModelsListOptions } from "./models-command.js";
import type { ModelsExportOptions } from "./models-export-command.js";
import type { ModelsPullOptions } from "./models-pull-command.js";
import type { ModelsVerifyOptions } from "./models-verify-command.js";
import { programVersion } from "./program-version.js";
import type { RegisterOptions } from "./register-command.js";
import type { ServeOptions } from "./serve-command.js";
import type { MigrateOptions } from "./server-data-commands.js";

/**
 * The command line: names, options and help. What a command does is loaded only when it runs, so that help is quick.
 *
 * @param io streams of the process
 * @param onExitCode receives the exit code of the command that ran
 */
export function createProgram(io: ConsoleIo, onExitCode: (code: number) => void): Command {
	const program = new Command("anny-fitter")
		.description("Photos of a person in; a measured, rigged 3D body out, with an error bar on every number.")
		.version(programVersion(), "-V, --version", "print the version")
		.helpOption("-h, --help", "print help")
		.configureHelp({ showGlobalOptions: true })
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			// Usage errors are reported by the caller, in the same two lines as all others.
			writeErr: () => {},
		})
		.exitOverride()
		.hook("preAction", (_, command) => requireUsableCommonOptions(command.opts()))
		.addHelpText("after", PROGRAM_EXAMPLES);

	withStatedOptions(program.command("fit"))
		.summary("fit a body to photos")
		.description("Fits a body to one or several photos of the same person and measures it.")
		.argument("<photo...>", "JPEG, PNG, WebP or HEIC files, at most eight")
		.option("--view <label>", "front, side, back, three-quarter, left or right; once per photo, in order", collect, [])
		.option("--out <folder>", "where to write (default: out/<name of the first photo>)")
		.option("--format <list>", "mesh files besides body.glb: obj, ply, stl, separated by commas", "glb")
		.option("--overlay", "also write a picture of the body over each photo")
		.addHelpText("after", FIT_EXAMPLES)
		.action(async (photos: string[], options: FitOptions) => {
			const { runFit } = await import("./fit-command.js");
			onExitCode(await runFit(photos, options, io));
		});

	withStatedOptions(program.command("body"))
		.summary("make a body from measurements, without photos")
		.description(
			"Makes the most plausible body of any of stature, weight, age, sex and tape measures, and measures it.",
		)
		.option("--out <folder>", "where to write (default: out/body)")
		.option("--format <list>", "mesh files besides body.glb: obj, ply, stl, separated by commas", "glb")
		.addHelpText("after", BODY_EXAMPLES)
		.action(async (options: BodyOptions) => {
			const { runBody } = await import("./body-command.js");
			onExitCode(await runBody(options, io));
		});

	withCommonOptions(program.command("mesh"))
		.summary("write the mesh of given parameters")
		.description("Builds the body that parameters describe and writes it as a mesh file.")
		.requiredOption("--params <file>", "parameters as JSON, or the result.json of a fit")
		.requiredOption("--out <file>", "file to write, ending in .obj, .glb, .ply or .stl")
		.option(
			"--topology <name>",
			"default: the body; makehuman: the whole base mesh with eyes, tongue and helpers",
			"default",
		)
		.option("--frame <name>", "axes of OBJ, PLY and STL: anny (Z up) or gltf (Y up); a GLB is always Y up")
		.option("--pose <name>", "given or rest", "given")
		.addHelpText("after", MESH_EXAMPLES)
		.action(async (options: MeshOptions) => {
			const { runMesh } = await import("./mesh-command.js");
			onExitCode(await runMesh(options, io));
		});

	withCommonOptions(program.command("register"))
		.summary("find the parameters of a mesh")
		.description("Fits shape and pose to a mesh or scan of one person and measures the body at rest.")
		.requiredOption(
			"--mesh <file>",
			"OBJ, PLY, STL or GLB: Anny's topology in any pose, or any scan of a standing person",
		)
		.option("--unit <name>", "unit of a scan: m, dm, cm, mm or in (default: found out)")
		.option("--out <folder>", "where to write (default: out/<name of the mesh>)")
		.option("--format <list>", "mesh files besides body.glb: obj, ply, stl, separated by commas", "glb")
		.addHelpText("after", REGISTER_EXAMPLES)
		.action(async (options: RegisterOptions) => {
			const { runRegister } = await import("./register-command.js");
			onExitCode(await runRegister(options, io));
		});

	withCommonOptions(program.command("measure"))
		.summary("measure a mesh or given parameters")
		.description("Measures a body in its rest pose.")
		.option("--mesh <file>", "OBJ, PLY, STL or GLB; in another topology than Anny's a body is fitted to it")
		.option("--unit <name>", "unit of a mesh in another topology: m, dm, cm, mm or in (default: found out)")
		.option("--params <file>", "parameters as JSON, or the result.json of a fit")
		.addHelpText("after", MEASURE_EXAMPLES)
		.action(async (options: MeasureOptions) => {
			const { runMeasure } = await import("./measure-command.js");
			onExitCode(await runMeasure(options, io));
		});

	withCommonOptions(program.command("compare"))
		.summary("tell what changed between two results")
		.description("Compares two results of one person: which differences are more than their errors explain.")
		.argument("<before>", "result.json of the earlier body")
		.argument("<now>", "result.json of the later body")
		.addHelpText("after", COMPARE_EXAMPLES)
		.action(async (before: string, now: string, options: CommonOptions) => {
			const { runCompare } = await import("./compare-command.js");
			onExitCode(await runCompare([before, now], options, io));
		});

	const models = program
		.command("models")
		.summary("list, download, verify and export models")
		.description("Body model data and neural networks: where they come from, their licences, whether they are there.");
	withCommonOptions(models.command("list"))
		.summary("list all models")
		.description("Lists body model data and neural networks with origin, licence and state.")
		.action(async (options: ModelsListOptions) => {
			const { runModelsList } = await import("./models-command.js");
			onExitCode(await runModelsList(options, io));
		});
	withCommonOptions(models.command("pull"))
		.summary("download a segmentation or depth network")
		.description("Downloads a network into the user's models folder, where fits use it, and checks its hash.")
		.argument("<id>", "as `models list` names it, such as efficient_sam_ti or depth_anything_v2_small")
		.option("--mirror <address>", "folder on a server that has the files under the same names")
		.option("--sha256 <hash>", "hash of the file, where this program does not know it")
		.option("--accept-licence", "accept a licence that forbids commercial use")
		.addHelpText("after", PULL_EXAMPLES)
		.action(async (id: string, options: ModelsPullOptions) => {
			const { runModelsPull } = await import("./models-pull-command.js");
			onExitCode(await runModelsPull(id, options, io));
		});
	withCommonOptions(models.command("verify"))
		.summary("tell what network files are, and check them")
		.description("Tells what the ONNX files in the models folder are, or one file anywhere, and checks their hashes.")
		.argument("[file]", "an ONNX file (default: all in the models folder)")
		.option("--sha256 <hash>", "hash that the file must have")
		.action(async (file: string | undefined, options: ModelsVerifyOptions) => {
			const { runModelsVerify } = await import("./models-verify-command.js");
			onExitCode(await runModelsVerify(file, options, io));
		});
	withCommonOptions(models.command("export"))
		.summary("write the body model as one file for a website")
		.description("Writes the compiled body model for `loadAnny` of @anny-fitter/anny, and its licence beside it.")
		.requiredOption("--out <file>", "file to write, such as public/anny.bin")
		.option("--brotli", "also write FILE.br, for servers that send prepared Brotli files (takes some seconds)")
		.action(async (options: ModelsExportOptions) => {
			const { runModelsExport } = await import("./models-export-command.js");
			onExitCode(await runModelsExport(options, io));
		});

	withCommonOptions(program.command("doctor"))
		.summary("check the installation")
		.description("Tries everything that a fit needs and says what to do about what fails.")
		.action(async (options: DoctorOptions) => {
			const { runDoctor } = await import("./doctor-command.js");
			onExitCode(await runDoctor(options, io));
		});

	withServerOptions(program.command("serve"))
		.summary("serve the API on this machine or for many users")
		.description("Serves the API, with accounts, subjects, fits and results. Needs nothing installed.")
		.option("--host <address>", "address to listen on (HOST; default 127.0.0.1, this machine only)")
		.option("--port <number>", "port to listen on (PORT; default 8000)")
		.option("--workers <number>", "API processes on the port (WORKERS; more than one needs PostgreSQL and Redis)")
		.addHelpText("after", SERVE_EXAMPLES)
		.action(async (options: ServeOptions) => {
			const { runServe } = await import("./serve-command.js");
			onExitCode(await runServe(options, io));
		});

	const users = program
		.command("users")
		.summary("give users of the server a role")
		.description("Users of the server. Stop an embedded server first: its database belongs to one program at a time.");
	withServerOptions(users.command("grant"))
		.summary("give a user a role")
		.description("Gives a registered user a role; the first administrator is made with it.")
		.argument("<email>", "address that the user registered with")
		.argument("<role>", "user, researcher or admin")
		.action(async (email: string, role: string, options: ServeOptions) => {
			const { runGrantRole } = await import("./server-data-commands.js");
			onExitCode(await runGrantRole(email, role, options, io));
		});

	const audit = program
		.command("audit")
		.summary("check the server's audit log")
		.description("The server's audit log. Stop an embedded server first: its database belongs to one program.");
	withServerOptions(audit.command("verify"))
		.summary("find out whether the audit log was changed")
		.description("Recomputes the hash chain of the audit log. Exit code 70 when a row was changed or removed.")
		.action(async (options: ServeOptions) => {
			const { runVerifyAudit } = await import("./server-data-commands.js");
			onExitCode(await runVerifyAudit(options, io));
		});

	const database = program
		.command("database")
		.summary("bring the server's data under a new key, or its tables to another release")
		.description(
			"The server's database. Stop an embedded server first: its database belongs to one program at a time.",
		);
	withServerOptions(database.command("reencrypt"))
		.summary("encrypt names, dates of birth and addresses under the first of FIELD_KEYS")
		.description(
			"Brings every name, date of birth and e-mail address under the first of FIELD_KEYS: those of earlier keys and those " +
				"that are not encrypted. On PostgreSQL the server may go on; stopped in between, the next run goes on.",
		)
		.action(async (options: ServeOptions) => {
			const { runReencrypt } = await import("./server-data-commands.js");
			onExitCode(await runReencrypt(options, io));
		});
	withServerOptions(database.command("migrate"))
		.summary("bring the tables to this release, or back to an earlier one")
		.description(
			"A server does the first by itself when it starts. Going back takes away what later migrations made: stop every " +
				"server of this release before.",
		)
		.option("--to <migration>", "name of the last migration to keep, such as 0006-research-on-fits", "latest")
		.action(async (options: MigrateOptions) => {
			const { runMigrate } = await import("./server-data-commands.js");
			onExitCode(await runMigrate(options, io));
		});
	return program;
}

function withServerOptions(command: Command): Command {
	return withCommonOptions(command).option(
		"--data-dir <folder>",
		"folder of the embedded database and of exports (DATA_DIR)",
	);
}

function withStatedOptions(command: Command): Command {
	return withCommonOptions(command)
		.option("--height-cm <number>", "stature in centimetres, such as 168 or 168±0.5")
		.option("--height-source <source>", "measured (the default) or estimated, from memory: ± 2 cm")
		.option("--weight-kg <number>", "weight in kilograms, such as 62 or 62±1")
		.option("--weight-source <source>", "measured on a scale: ± 1.5 %, or estimated, from memory: ± 4 %")
		.option("--age-years <number>", "age in years")
		.option("--dob <date>", "date of birth as YYYY-MM-DD, instead of the age")
		.option("--sex <sex>", "male, female or unspecified")
		.option("--measure <id=length>", "a tape measure, such as hip_girth=96cm or hip_girth=96cm±1cm", collect, []);
}

function withCommonOptions(command: Command): Command {
	return command
		.option("--model-data <folder>", "official body model data in MPFB2's layout (or set ANNY_FITTER_MODEL_DATA)")
		.option("--json", "print the result, or the error, as JSON on stdout")
		.option("--quiet", "print nothing but errors and JSON");
}

function collect(value: string, previous: readonly string[]): string[] {
	return [...previous, value];
}

const PROGRAM_EXAMPLES = `
Examples:
  anny-fitter fit front.jpg side.jpg --height-cm 172 --weight-kg 68 --sex female
  anny-fitter body --sex female --height-cm 168 --weight-kg 62 --measure waist_girth=72cm
  anny-fitter measure --params out/front/result.json
  anny-fitter doctor

Exit codes: 0 done, 2 wrong usage or input, 3 no usable person in the photos, 4 done, but the result needs review,
70 failure of the program.`;

const BODY_EXAMPLES = `
Examples:
  anny-fitter body --sex female --height-cm 168 --weight-kg 62 --age-years 34
  anny-fitter body --sex female --height-cm 168 --measure waist_girth=72cm --measure hip_girth=96cm±1cm --out anna

Writes result.json and body.glb. After ± (or +-) stands one standard deviation. Everything is optional; what is left out
is what the rest lets expect. Exit code 4 when the values disagree with one another.`;

const FIT_EXAMPLES = `
Examples:
  anny-fitter fit photo.jpg --height-cm 172 --weight-kg 68
  anny-fitter fit front.jpg side.jpg --view front --view side --height-cm 172 --dob 1990-04-23 --sex female
  anny-fitter fit photo.jpg --height-cm 172 --measure waist_girth=82cm --format obj,stl --out anna
  anny-fitter fit photo.jpg --height-cm 172±1 --weight-kg 68 --weight-source estimated

Writes result.json and body.glb. What you state counts as truth within its error: the usual one, the one that its source
lets expect, or the standard deviation after ± (or +-). Stature, weight and a tape measure improve the result more than a
further photo does.`;

const PULL_EXAMPLES = `
Examples:
  anny-fitter models pull efficient_sam_ti
  anny-fitter models pull depth_anything_v2_small --mirror https://mirror.example/models

An interrupted download goes on where it stopped. A file with another hash is not kept. Nothing is ever downloaded
without this command; HTTPS_PROXY and NO_PROXY are used.`;

const SERVE_EXAMPLES = `
Examples:
  anny-fitter serve
  anny-fitter serve --port 9000 --data-dir ./data
  DATABASE_URL=postgres://… REDIS_URL=redis://… JWT_SECRET_FILE=/run/secrets/jwt NODE_ENV=production \\
    anny-fitter serve --workers 4 --host 0.0.0.0

All settings are environment variables: docs/configuration.md.`;

const MESH_EXAMPLES = `
Examples:
  anny-fitter mesh --params out/photo/result.json --out body.obj --pose rest
  anny-fitter mesh --params params.json --out body.stl --frame gltf`;

const REGISTER_EXAMPLES = `
Examples:
  anny-fitter register --mesh body.obj --out out/body
  anny-fitter register --mesh body.glb --format obj --json
  anny-fitter register --mesh scan.ply --unit mm

Writes result.json and body.glb. A scan may have any unit and orientation, noise and holes; clothes and hair are not told
from skin. Exit code 4: the nearest body is far from the mesh, or something about the scan is uncertain.`;

const COMPARE_EXAMPLES = `
Examples:
  anny-fitter compare out/march/result.json out/june/result.json
  anny-fitter compare out/march/result.json out/june/result.json --json

Two fits of one person share a part of their errors, which cancels in the difference. Photos alike (the same clothes, views and
stated values) show the smallest changes.`;

const MEASURE_EXAMPLES = `
Examples:
  anny-fitter measure --params out/photo/result.json
  anny-fitter measure --mesh body.obj --json`;
