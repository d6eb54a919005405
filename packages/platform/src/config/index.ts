export { listConfigWarnings } from "./config-warnings.js";
export { describeConfig, hideSecrets } from "./describe-config.js";
export { renderSettings } from "./document-settings.js";
export { loadConfig } from "./load-config.js";
export { loadMigrationSettings, type MigrationSettings } from "./load-migration-settings.js";
export type { Environment } from "./read-settings.js";
export type { S3Config, ServerConfig } from "./server-config.js";
