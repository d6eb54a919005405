export { type OpenedDependencies, openDependencies } from "./open-dependencies.js";
export { migrateServerDatabase, openServerDatabase } from "./open-server-database.js";
export { serve } from "./serve.js";
export { type RunningServer, startServer } from "./start-server.js";
