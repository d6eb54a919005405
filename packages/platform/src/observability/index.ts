export { type Log, silentLog } from "./log.js";
