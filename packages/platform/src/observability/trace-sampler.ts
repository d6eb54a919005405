import { AppError } from "@anny-fitter/contracts";
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	ParentBasedSampler,
	type Sampler,
	TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";

const NAMES = [
	"always_on",
	"always_off",
	"traceidratio",
	"parentbased_always_on",
	"parentbased_always_off",
	"parentbased_traceidratio",
] as const;

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; every trace without them. A trace that was
 * begun within the product is recorded whole or not at all; what a browser or another client says about recording is
 * not believed, or anybody could fill the operator's store of traces.
 *
 * @throws AppError `invalid_configuration`
 */
export function readSampler(env: Readonly<Record<string, string | undefined>>): Sampler {
	const name = env.OTEL_TRACES_SAMPLER?.trim() || "parentbased_always_on";
	if (!NAMES.some((known) => known === name)) throw invalid("OTEL_TRACES_SAMPLER", `one of ${NAMES.join(", ")}`);
	const kind = name.replace("parentbased_", "");
	const root =
		kind === "always_on"
			? new AlwaysOnSampler()
			: kind === "always_off"
				? new AlwaysOffSampler()
				: new TraceIdRatioBasedSampler(readRatio(env.OTEL_TRACES_SAMPLER_ARG));
	if (!name.startsWith("parentbased_")) return root;
	return new ParentBasedSampler({ root, remoteParentSampled: root, remoteParentNotSampled: root });
}

function readRatio(text: string | undefined): number {
	if (text === undefined || text.trim() === "") return 1;
	const ratio = Number(text);
	if (ratio >= 0 && ratio <= 1) return ratio;
	throw invalid("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1");
}

function invalid(name: string, form: string): AppError {
	return new AppError("invalid_configuration", `The variable ${name} is not usable; it must be ${form}.`, {
		remedy: `Set ${name} to ${form}, or leave it out.`,
		details: { variable: name },
	});
}
