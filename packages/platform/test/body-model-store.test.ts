import { AppError } from "@anny-fitter/contracts";
import { exportBodyModelAsset, openBodyModelAsset, openBodyModelData } from "@anny-fitter/platform";
import { expect, test } from "vitest";

test.each([
	["openBodyModelData", openBodyModelData],
	["openBodyModelAsset", openBodyModelAsset],
	["exportBodyModelAsset", (options: { modelDataDir: string }) => exportBodyModelAsset("unused.bin", options)],
])("%s reports missing data with a code and a remedy for the command line", async (_, open) => {
	const error = await open({ modelDataDir: "no-such-folder" }).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(AppError);
	expect(error).toMatchObject({
		code: "model_data_missing",
		message: expect.stringContaining("no-such-folder"),
		remedy: expect.stringContaining("`--model-data`"),
		details: { file: expect.stringContaining("no-such-folder") },
	});
});

test("finds the data that it depends on itself", async () => {
	const { source } = await openBodyModelData();
	expect(["npm", "environment", "pulled"]).toContain(source.origin);
});
