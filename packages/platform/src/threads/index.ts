export type { TaskTypes } from "./messages.js";
export { openTaskThread, type RunOptions, type TaskThreadOptions, type TaskThreads } from "./open-task-thread.js";
export { serveTasks, type TaskContext, type TaskHandlers } from "./serve-tasks.js";
export { type TaskEvent, taskEvents } from "./task-events.js";
