/**
 * A process that opens a vault, stores one photo, starts another that never ends, and waits to be killed.
 *
 * Arguments: folder, job id, secret in hex or "-".
 */
import { randomBytes } from "node:crypto";
import process, { argv, exit } from "node:process";
import { openPhotoVault } from "@anny-fitter/platform/vault";

const [, , folder = "", jobId = "", secret = "-"] = argv;
const vault = await openPhotoVault({
	folder,
	lifetime_ms: 600_000,
	...(secret === "-" ? {} : { secret: Buffer.from(secret, "hex") }),
});
async function* whole() {
	yield randomBytes(100_000);
}
async function* endless() {
	yield randomBytes(200_000);
	await new Promise((resolve) => setTimeout(resolve, 600_000));
}
await vault.store(jobId, 0, whole(), { maxSize_bytes: 1e6 });
vault.store(jobId, 1, endless(), { maxSize_bytes: 1e6 }).catch(() => exit(1));
setTimeout(() => process.send?.("ready"), 200);
