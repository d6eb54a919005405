/**
 * Asks this container's process whether it is well: exit code 0, or 1 with the reason. Services are asked as
 * load balancers ask them (grpc.health.v1.Health), the API at /healthz.
 *
 * Usage: node health-check.mjs http|grpc PORT
 */
import { connect } from "node:http2";
import { argv, exit, stderr } from "node:process";

const TIMEOUT_MS = 4000;

/** @param {string} port */
async function askApi(port) {
	const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
	if (answer.status !== 200) throw new Error(`status ${answer.status}`);
}

/** One call of Connect's protocol, which is plain JSON. @param {string} port @returns {Promise<void>} */
function askService(port) {
	return new Promise((resolve, reject) => {
		const session = connect(`http://127.0.0.1:${port}`);
		session.on("error", reject);
		session.setTimeout(TIMEOUT_MS, () => reject(new Error("no answer")));
		const request = session.request({
			":method": "POST",
			":path": "/grpc.health.v1.Health/Check",
			"content-type": "application/json",
			"connect-protocol-version": "1",
		});
		let body = "";
		request.setEncoding("utf8");
		request.on("data", (text) => {
			body += text;
		});
		request.on("error", reject);
		request.on("end", () => {
			session.close();
			if (/"SERVING"/.test(body)) resolve();
			else reject(new Error(`answer ${body.slice(0, 200)}`));
		});
		request.end("{}");
	});
}

const [kind, port = ""] = argv.slice(2);
try {
	await (kind === "http" ? askApi(port) : askService(port));
	exit(0);
} catch (error) {
	stderr.write(`not well: ${error instanceof Error ? error.message : String(error)}\n`);
	exit(1);
}
