export { type OpenedVisionService, openVisionService, type VisionServiceOptions } from "./open-vision-service.js";
