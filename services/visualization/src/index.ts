export {
	type OpenedVisualizationService,
	openVisualizationService,
	type VisualizationServiceOptions,
} from "./open-visualization-service.js";
