#!/usr/bin/env node
/** Serves the vision service until it is told to stop; see README.md for its settings. */
import { runService } from "@anny-fitter/platform/rpc";
import { openVisionService } from "./open-vision-service.js";
import { readVisionSettings } from "./settings.js";

await runService(
	"vision",
	() => readVisionSettings(process.env),
	(settings, log, metrics) => openVisionService({ ...settings, log, metrics }),
);
