export type { AppErrorOptions, ErrorCode, ErrorEntry } from "./errors.js";
export { AppError, ERROR_TABLE } from "./errors.js";
