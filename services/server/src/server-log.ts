import type { ApiDependencies } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import { createLogger } from "@anny-fitter/platform/observability";
import { destination } from "pino";

/** JSON lines on stderr; stdout is for the address. */
export function serverLog({ logLevel }: ServerConfig, service: string): ApiDependencies["log"] {
	return createLogger({ level: logLevel, service, destination: destination({ fd: 2, sync: true }) });
}
