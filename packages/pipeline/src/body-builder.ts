import { type BodyModel, createBodyModel } from "@anny-fitter/body-model";
import type { ParamsDocument } from "@anny-fitter/contracts";
import { openBodyModelData } from "@anny-fitter/platform";
import { type BuildBodyOptions, type BuiltBody, buildBody, describeModelData, describeWarnings } from "./build-body.js";

/** Keeps the body model loaded, to build one body after the other. */
export interface BodyBuilder {
	/**
	 * @throws {AppError} `invalid_argument` for labels or bones that the model does not have and for bone poses that are no
	 *   rotations
	 */
	build(params: ParamsDocument): BuiltBody;
}

/**
 * Loads the body model in the default topology.
 *
 * @throws {AppError} `model_data_missing`, `model_data_invalid`
 */
export async function openBodyBuilder(options: Omit<BuildBodyOptions, "topology"> = {}): Promise<BodyBuilder> {
	const opened = await openBodyModelData(options);
	const models = new Map<boolean, BodyModel>();
	const modelWith = (allPhenotypes: boolean): BodyModel => {
		const model = models.get(allPhenotypes) ?? createBodyModel(opened.data, { allPhenotypes, localChanges: true });
		models.set(allPhenotypes, model);
		return model;
	};
	return {
		build: (params) => {
			const model = modelWith(params.all_phenotypes);
			return buildBody(model, params, describeModelData(opened, model), describeWarnings(opened));
		},
	};
}
