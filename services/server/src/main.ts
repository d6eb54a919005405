/** The backend without the command line's extras, as containers run it. Settings: docs/configuration.md. */
import { AppError } from "@anny-fitter/contracts";
import { serve } from "./serve.js";

try {
	const server = await serve(process.env);
	let signals = 0;
	const stop = () => {
		// A second signal means it.
		if (++signals > 1) process.exit(1);
		server.stop().then(
			() => process.exit(0),
			() => process.exit(1),
		);
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
	process.exit(error.exitCode);
}
