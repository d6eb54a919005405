/** Entry of the worker thread: holds the body models, builds and measures one body after another. */
import { openBodyBuilder } from "@anny-fitter/pipeline";
import { serveTasks } from "@anny-fitter/platform/threads";
import { writeBinaryMesh } from "./binary-mesh.js";
import type { VisualizationTasks, VisualizationThreadData } from "./visualization-tasks.js";

await serveTasks<VisualizationTasks, VisualizationThreadData>(async (data) => {
	const builder = await openBodyBuilder(data);
	return {
		buildMesh: ({ params, format, frame, pose }, { transfer }) => {
			const body = builder.build(params);
			const file =
				format === "binary"
					? writeBinaryMesh(body.surface({ frame, pose }), frame)
					: new Uint8Array(body.exportMesh(format, { frame, pose }));
			transfer(file.buffer);
			return file;
		},
		measure: ({ params }) => JSON.stringify(builder.build(params).measure()),
	};
});
