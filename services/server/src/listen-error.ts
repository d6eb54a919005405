import { createServer } from "node:net";
import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";

/**
 * Tries the address before anything slow is opened, so that a second server says at once why it cannot start.
 *
 * @returns the port; a free one when the settings leave it open (0), the same for all processes and their successors
 * @throws AppError `invalid_configuration`
 */
export async function findPort(config: ServerConfig): Promise<number> {
	const { host, port } = config;
	const probe = createServer();
	return new Promise((resolve, reject) => {
		probe.once("error", (cause: NodeJS.ErrnoException) => reject(listenError(cause, config)));
		probe.listen({ host, port }, () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
		});
	});
}

/** What listening failed with, as something that the operator can act on. */
export function listenError(cause: NodeJS.ErrnoException, { host, port }: ServerConfig): unknown {
	if (cause.code === "EADDRINUSE") {
		return new AppError("invalid_configuration", `Port ${port} on ${host} is in use by another program.`, {
			remedy: "Choose another port with PORT or --port, or end the other program.",
			cause,
		});
	}
	if (cause.code === "EACCES") {
		return new AppError("invalid_configuration", `This user may not listen on port ${port}.`, {
			remedy: "Choose a port of 1024 or above with PORT or --port.",
			cause,
		});
	}
	if (cause.code === "EADDRNOTAVAIL" || cause.code === "ENOTFOUND") {
		return new AppError("invalid_configuration", `${host} is no address of this machine.`, {
			remedy: "Set HOST to 127.0.0.1 for this machine only, or to 0.0.0.0 for all its addresses.",
			cause,
		});
	}
	return cause;
}
