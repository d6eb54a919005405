import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiDependencies } from "../dependencies.js";
import type { Api, BudgetName } from "./api-instance.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Budget {
	readonly limit: number;
	readonly window_ms: number;
	/** Counted per address even for those who are logged in. */
	readonly perAddress: boolean;
}

/**
 * Counts every request against its route's budget, per user or, without a log-in, per address. The counters live in the
 * cache, so that all processes that share one count together; when it fails, requests pass.
 */
export function addRateLimit(api: Api, { cache, config }: ApiDependencies): void {
	const budgets = budgetsOf(config);
	api.addHook("onRequest", async (request, reply) => {
		if (request.method === "OPTIONS") return;
		const name = budgetOf(request.method, request.routeOptions.config.rateLimit);
		if (name === "none") return;
		const budget = budgets[name];
		const who =
			request.actor === null || budget.perAddress
				? `address:${addressKey(request.ip)}`
				: `user:${request.actor.userId}`;
		const { count, left_ms } = await cache.count(`rate:${name}:${who}`, budget.window_ms);
		const reset_s = Math.max(1, Math.ceil(left_ms / 1000));
		setHeaders(reply, budget.limit, Math.max(0, budget.limit - count), reset_s);
		if (count > budget.limit) throw tooMany(request, budget, reset_s);
	});
}

/** The budget of a request, from what its route says. */
export function budgetOf(method: string, stated: BudgetName | undefined): BudgetName {
	return stated ?? (method === "GET" || method === "HEAD" ? "read" : "hourly");
}

function budgetsOf(config: ServerConfig): Readonly<Record<Exclude<BudgetName, "none">, Budget>> {
	return {
		hourly: { limit: config.rateLimitPerHour, window_ms: HOUR_MS, perAddress: false },
		read: { limit: config.readRateLimitPerMinute, window_ms: MINUTE_MS, perAddress: false },
		auth: { limit: config.authRateLimitPerMinute, window_ms: MINUTE_MS, perAddress: true },
		status: { limit: config.statusRateLimitPerMinute, window_ms: MINUTE_MS, perAddress: false },
	};
}

function setHeaders(reply: FastifyReply, limit: number, remaining: number, reset_s: number): void {
	for (const prefix of ["ratelimit", "x-ratelimit"]) {
		reply.header(`${prefix}-limit`, limit);
		reply.header(`${prefix}-remaining`, remaining);
		reply.header(`${prefix}-reset`, reset_s);
	}
}

function tooMany(request: FastifyRequest, budget: Budget, reset_s: number): AppError {
	const per = budget.window_ms === HOUR_MS ? "an hour" : "a minute";
	const whose = request.actor === null || budget.perAddress ? "from one address" : "by one user";
	return new AppError("too_many_requests", `Only ${budget.limit} such requests ${per} ${whose} are allowed.`, {
		details: { retry_after_s: reset_s },
		retryable: true,
	});
}

/** One person has a whole /64 of IPv6 addresses. */
export function addressKey(address: string): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (mapped !== null) return mapped[1]!;
	if (!address.includes(":")) return address;
	const [head = "", tail] = address.split("%")[0]!.split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
	const groups = [...left, ...zeros, ...right];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/64`;
}
