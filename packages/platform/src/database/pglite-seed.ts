import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder, userCacheDir } from "@anny-fitter/anny/model-data";
import type { PGlite } from "@electric-sql/pglite";

const PREFIX = "pglite-";
const SUFFIX = ".tar";
const DIGEST_BYTES = 32;

/**
 * A migrated, empty database as an archive: opening it takes a tenth of making one. It is kept in the user's cache folder
 * by what it was made from, and ends with its SHA-256.
 */
export interface PgliteSeed {
	/** Null when there is none, or it is damaged. */
	read(): Blob | null;
	/** Keeps the state of a freshly migrated database for the next one. A cache that cannot be written stays empty. */
	write(database: PGlite): Promise<void>;
}

export function openPgliteSeed(folder = userCacheDir()): PgliteSeed {
	const name = `${PREFIX}${seedIdentity()}${SUFFIX}`;
	const path = join(folder, name);
	return {
		read() {
			try {
				const bytes = readFileSync(path);
				const archive = bytes.subarray(0, bytes.length - DIGEST_BYTES);
				return digest(archive).equals(bytes.subarray(archive.length)) ? new Blob([archive]) : null;
			} catch {
				return null;
			}
		},
		async write(database) {
			const archive = Buffer.from(await (await database.dumpDataDir("none")).arrayBuffer());
			const temporary = join(folder, `${name}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
			try {
				await makeFolder(folder);
				writeFileSync(temporary, Buffer.concat([archive, digest(archive)]));
				renameSync(temporary, path);
				for (const entry of readdirSync(folder)) {
					if (entry.startsWith(PREFIX) && entry.endsWith(SUFFIX) && entry !== name) {
						rmSync(join(folder, entry), { force: true });
					}
				}
			} catch {
				removeQuietly(temporary);
			}
		},
	};
}

/** Versions of PGlite and pg-boss, and the compiled text of everything that shapes the schema. */
function seedIdentity(): string {
	const hash = createHash("sha256");
	for (const dependency of ["@electric-sql/pglite", "pg-boss"]) hash.update(`${dependency}@${versionOf(dependency)}\n`);
	const here = dirname(fileURLToPath(import.meta.url));
	const migrations = join(here, "migrations");
	const files = readdirSync(migrations).filter((name) => name.endsWith(".js"));
	for (const path of [join(here, "roles.js"), ...files.sort().map((name) => join(migrations, name))]) {
		hash.update(readFileSync(path));
	}
	return hash.digest("hex").slice(0, 24);
}

function versionOf(dependency: string): string {
	// Not every package exports its package.json, so it is looked for above the package's entry.
	let folder = dirname(createRequire(import.meta.url).resolve(dependency));
	for (;;) {
		try {
			const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
			if (name === dependency) return version;
		} catch {
			// Not this folder.
		}
		if (dirname(folder) === folder) throw new Error(`The version of ${dependency} cannot be read.`);
		folder = dirname(folder);
	}
}

function digest(bytes: Uint8Array): Buffer {
	return createHash("sha256").update(bytes).digest();
}

function removeQuietly(path: string): void {
	try {
		rmSync(path, { force: true });
	} catch {
		// Its folder is not there either.
	}
}
