export { type OpenedDependencies, openDependencies } from "./open-dependencies.js";
export { openServerDatabase } from "./open-server-database.js";
export { serve } from "./serve.js";
export { type RunningServer, startServer } from "./start-server.js";
