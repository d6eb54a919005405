#!/usr/bin/env node
/** Serves the fitting service until it is told to stop; see README.md for its settings. */
import { runService } from "@anny-fitter/platform/rpc";
import { openFittingService } from "./open-fitting-service.js";
import { readFittingSettings } from "./settings.js";

await runService(
	"fitting",
	() => readFittingSettings(process.env),
	(settings, log, metrics) => openFittingService({ ...settings, log, metrics }),
);
