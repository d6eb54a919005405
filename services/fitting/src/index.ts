export { type FittingServiceOptions, type OpenedFittingService, openFittingService } from "./open-fitting-service.js";
