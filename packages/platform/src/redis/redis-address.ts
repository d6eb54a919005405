/** Where a Redis is and how to log in. */
export interface RedisAddress {
	/** One server; the master that Sentinels know; or a cluster. */
	readonly kind: "single" | "sentinel" | "cluster";
	readonly usesTls: boolean;
	/** The server, the Sentinels, or nodes of the cluster from which the others become known. */
	readonly nodes: readonly RedisNode[];
	readonly username: string | undefined;
	readonly password: string | undefined;
	/** Name that the Sentinels have for the master; empty for the other kinds. */
	readonly master: string;
	/** The Sentinels' own. */
	readonly sentinelUsername: string | undefined;
	readonly sentinelPassword: string | undefined;
}

export interface RedisNode {
	readonly host: string;
	readonly port: number;
}

export const REDIS_FORM =
	"an address such as redis://HOST:6379, redis+sentinel://HOST:26379,HOST:26379/MASTER or redis+cluster://HOST:6379,HOST:6379; " +
	"rediss… for TLS; USER:PASSWORD@ before the hosts";
const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;
const PARTS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Null when the text is no address of a Redis. */
export function parseRedisAddress(text: string): RedisAddress | null {
	const [, scheme, variant, login = "", hosts = "", path = "", query = ""] = PARTS.exec(text) ?? [];
	if (scheme === undefined) return null;
	const kind = (variant ?? "single") as RedisAddress["kind"];
	const nodes = hosts.split(",").map((host) => parseNode(host, PORTS[kind]));
	if (nodes.includes(null) || (kind === "single" && nodes.length > 1)) return null;
	const [username, password] = decodeAll([login.split(":", 1)[0]!, login.split(":").slice(1).join(":")]) ?? [];
	if (username === undefined) return null;
	const parameters = new URLSearchParams(query);
	// Those of one server are the client library's.
	if (kind === "sentinel" && !(/^[\w.-]+$/.test(path) && [...parameters.keys()].every(isKnownParameter))) return null;
	if (kind === "cluster" && path + query !== "") return null;
	return {
		kind,
		usesTls: scheme === "rediss",
		nodes: nodes as RedisNode[],
		username: username || undefined,
		password: password || undefined,
		master: kind === "sentinel" ? path : "",
		sentinelUsername: parameters.get("sentinel_user") || undefined,
		sentinelPassword: parameters.get("sentinel_password") || undefined,
	};
}

/** Several hosts for a person to read: without user, passwords and parameters. */
export function showRedisAddress({ kind, usesTls, nodes, master }: RedisAddress): string {
	const scheme = `${usesTls ? "rediss" : "redis"}+${kind}`;
	const hosts = nodes.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(",");
	return `${scheme}://${hosts}${master === "" ? "" : `/${master}`}`;
}

function isKnownParameter(name: string): boolean {
	return name === "sentinel_user" || name === "sentinel_password";
}

function parseNode(text: string, defaultPort: number): RedisNode | null {
	const url = URL.canParse(`redis://${text}`) ? new URL(`redis://${text}`) : null;
	if (url === null || url.hostname === "" || url.host !== text) return null;
	return {
		host: url.hostname.replace(/^\[|\]$/g, ""),
		port: url.port === "" ? defaultPort : Number(url.port),
	};
}

function decodeAll(texts: readonly string[]): string[] | null {
	try {
		return texts.map(decodeURIComponent);
	} catch {
		return null;
	}
}
