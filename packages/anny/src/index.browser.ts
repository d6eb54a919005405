import { loaderOf } from "./load-anny.js";
import { openAsset } from "./open-asset.browser.js";
import { poolOf } from "./pool/create-body-pool.js";
import { webThreads } from "./pool/thread.browser.js";
import type { WebWorkerLike } from "./pool/thread.js";

/** This file compiles without the types of the DOM. */
declare const navigator: { readonly hardwareConcurrency: number };

export { ALL_DIALS, type Anny, type Bone, createAnny } from "./anny.js";
export type { BodyPose, BodyShape, ShapeDial } from "./body-input.js";
export { AnnyDataError, type AnnyDataErrorCode } from "./data-error.js";
export type { AssetSource, LoadOptions, LoadProgress } from "./load-options.js";
export type { BodyPool, EvaluateOptions } from "./pool/body-pool.js";
export type { PoolOptions } from "./pool/create-body-pool.js";
export type { BodyOutputs, BodyRequest, BodyResult, EvaluatedBody } from "./pool/messages.js";
export { BodyPoolError } from "./pool/pool-thread.js";
export type { NodeWorkerLike, WebWorkerLike } from "./pool/thread.js";

/**
 * Loads the body model: a body that can be shaped, posed and measured.
 *
 * @throws AnnyDataError whose message names cause and remedy; the signal's reason when it is aborted
 */
export const loadAnny = loaderOf(openAsset);

/**
 * Starts threads that evaluate many bodies.
 *
 * @throws AnnyDataError as `loadAnny`; BodyPoolError when no thread can be started
 */
export const createBodyPool = poolOf(
	openAsset,
	(createWorker) => webThreads(createWorker as (() => WebWorkerLike) | undefined),
	() => navigator.hardwareConcurrency - 1,
);
