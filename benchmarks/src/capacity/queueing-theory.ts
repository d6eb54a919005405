/** Closed forms that the simulation has to agree with. */

/**
 * Probability of having to wait in an M/M/c queue (Erlang 1917).
 *
 * @param load arrival rate × mean service time, less than `servers`
 */
export function erlangC(servers: number, load: number): number {
	// By the recursion of Erlang B, which does not overflow.
	let blocking = 1;
	for (let i = 1; i <= servers; i++) blocking = (load * blocking) / (i + load * blocking);
	return blocking / (1 - (load / servers) * (1 - blocking));
}

/** Mean wait in an M/M/c queue, s. */
export function meanWaitMmc_s(servers: number, arrivalsPerSecond: number, service_s: number): number {
	const load = arrivalsPerSecond * service_s;
	return (erlangC(servers, load) * service_s) / (servers - load);
}

/**
 * Mean wait in an M/G/1 queue, s (Pollaczek 1930, Khinchine 1932).
 *
 * @param variation standard deviation over mean of the service time; 0 is M/D/1
 */
export function meanWaitMg1_s(arrivalsPerSecond: number, service_s: number, variation: number): number {
	const use = arrivalsPerSecond * service_s;
	return (use * service_s * (1 + variation ** 2)) / (2 * (1 - use));
}
