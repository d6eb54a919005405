import {
	AppError,
	type MeasurementDocument,
	measurementDocumentSchema,
	type ParamsDocument,
} from "@anny-fitter/contracts";
import { VisualizationService } from "@anny-fitter/contracts/rpc";
import { fromConnectError } from "@anny-fitter/platform/rpc";
import { createClient, type Transport } from "@connectrpc/connect";

/**
 * Measures the body that parameters describe.
 *
 * @throws AppError `invalid_argument` for labels that the model does not have and for parameters that make no body
 */
export async function measureBody(
	transport: Transport,
	params: ParamsDocument,
	timeoutMs: number,
): Promise<MeasurementDocument> {
	const client = createClient(VisualizationService, transport);
	const { documentJson } = await client
		.measure({ paramsJson: JSON.stringify(params) }, { timeoutMs })
		.catch((error: unknown) => {
			throw fromConnectError(error);
		});
	const measured = measurementDocumentSchema.safeParse(JSON.parse(documentJson));
	if (measured.success) return measured.data;
	throw new AppError("invalid_argument", "These parameters make no body that can be measured.", {
		remedy: "Use phenotypes from 0 to 1 and local changes from -1 to 1.",
	});
}
