/** The backend without the command line's extras, as containers run it. Settings: docs/configuration.md. */
import { AppError } from "@anny-fitter/contracts";
import { serve } from "./serve.js";

let signals = 0;
const starting = serve(process.env);
const stop = () => {
	// A second signal means it.
	if (++signals > 1) process.exit(1);
	// What is half open is opened to its end and closed, so that nothing is left behind.
	starting
		.then((server) => server.stop())
		.then(
			() => process.exit(0),
			() => process.exit(1),
		);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
try {
	await starting;
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
	process.exit(error.exitCode);
}
