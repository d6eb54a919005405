#!/usr/bin/env node
/** Serves the visualization service until it is told to stop; see README.md for its settings. */
import { runService } from "@anny-fitter/platform/rpc";
import { openVisualizationService } from "./open-visualization-service.js";
import { readVisualizationSettings } from "./settings.js";

await runService(
	"visualization",
	() => readVisualizationSettings(process.env),
	(settings, _log, metrics) => openVisualizationService({ ...settings, metrics }),
);
