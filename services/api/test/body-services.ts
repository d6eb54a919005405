import type { ApiDependencies } from "@anny-fitter/api";
import type { ResultDocument, StatedFacts } from "@anny-fitter/contracts";
import { openFittingService } from "@anny-fitter/fitting-service";
import { openVisualizationService } from "@anny-fitter/visualization-service";
import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { FittingClient } from "../src/fits/fitting-client.js";
import { claimSession } from "../src/fits/session-claim.js";
import { storeFit } from "../src/fits/store-fit.js";
import { faultyVision, unavailable } from "./fit-helpers.js";
import type { TestEnvironment, TestUser } from "./test-environment.js";

/** The real services that make bodies; the one that looks at photos is away. */
export interface BodyServices {
	readonly services: ApiDependencies["services"];
	/** How many meshes were built so far. */
	builds(): number;
	close(): Promise<void>;
}

export async function openBodyServices(): Promise<BodyServices> {
	const fitting = await openFittingService({ threads: 1 });
	const visualization = await openVisualizationService({});
	const meshes = createRouterTransport(visualization.routes);
	let builds = 0;
	const counted: Transport = {
		unary: (...call) => meshes.unary(...call),
		stream: (...call) => {
			builds++;
			return meshes.stream(...call);
		},
	};
	return {
		services: {
			vision: faultyVision(unavailable()).transport,
			fitting: createRouterTransport(fitting.routes),
			visualization: counted,
		},
		builds: () => builds,
		close: async () => {
			await Promise.all([fitting.close(), visualization.close()]);
		},
	};
}

const SEEN_IN_PHOTOS: ResultDocument["image_measurements"] = [
	{
		id: "waist_girth",
		value_m: 0.8125,
		sigma_m: 0.03125,
		confidence: 0.5,
		views: [
			{ photo: "front.jpg", value_m: 0.8125, sigma_m: 0.0375, confidence: 0.45, inlier: true },
			{ photo: "side, bent.jpg", value_m: 0.96875, sigma_m: 0.05, confidence: 0.25, inlier: false },
		],
		over_clothing: true,
	},
	{
		id: "calf_breadth",
		value_m: 0.115,
		sigma_m: 0.003,
		confidence: 0.75,
		views: [{ photo: "front.jpg", value_m: 0.115, sigma_m: 0.003, confidence: 0.75, inlier: true }],
		over_clothing: false,
	},
];

export interface MadeModel {
	readonly modelId: string;
	readonly subjectId: string;
	readonly sessionId: string;
	/** What the fit found. */
	readonly document: ResultDocument;
}

/** A model as a worker stores it: the body of stated facts, with an arm that is raised by a quarter turn. */
export async function makeModel(
	{ dependencies }: TestEnvironment,
	user: Pick<TestUser, "userId">,
	stated: StatedFacts,
	subjectId?: string,
): Promise<MadeModel> {
	const { database, services } = dependencies;
	const request = { photo_count: 0, views: [], stated };
	const { document, isFlaggedForReview } = await new FittingClient(services.fitting).fit(
		request,
		{ code: "vision_unavailable", message: "Nobody looked." },
		{ signal: new AbortController().signal, onProgress: () => undefined },
	);
	// As a fit to two photos would: one that agrees, one that does not.
	document.image_measurements = SEEN_IN_PHOTOS;
	document.pose = { "upperarm01.L": [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0] };
	const { session_id, subject_id } = await database.asSystem(async (tx) => {
		const subject_id =
			subjectId ??
			(
				await tx
					.insertInto("subjects")
					.values({ user_id: user.userId, date_of_birth: stated.date_of_birth ?? null })
					.returning("subject_id")
					.executeTakeFirstOrThrow()
			).subject_id;
		const { session_id } = await tx
			.insertInto("sessions")
			.values({
				user_id: user.userId,
				subject_id,
				status: "queued",
				request: JSON.stringify(request),
				expires_at: new Date(dependencies.now().getTime() + 3600_000),
			})
			.returning("session_id")
			.executeTakeFirstOrThrow();
		return { session_id, subject_id };
	});
	const claimed = await claimSession(database, session_id);
	if (claimed === null) throw new Error("nobody else should claim it");
	const claim = { sessionId: session_id, userId: user.userId, attempt: claimed.attempt };
	const row = await storeFit(database, claim, { document, isFlaggedForReview }, 1000);
	return { modelId: row.model_id!, subjectId: subject_id, sessionId: session_id, document };
}
