import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { AppError } from "@anny-fitter/contracts";
import { openDatabase } from "@anny-fitter/platform/database";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asSuperuser, createEmptyPostgres, isPostgresPresent, TEST_DATABASE_URL } from "./test-databases.js";

const PASSWORD = "hunter2-very-secret";

/** The default address with parts of it changed. */
function address(change: Partial<Pick<URL, "hostname" | "port" | "pathname" | "username" | "search">>): string {
	const url = new URL(TEST_DATABASE_URL);
	Object.assign(url, { password: PASSWORD }, change);
	return url.href;
}

async function failure(options: Parameters<typeof openDatabase>[0]): Promise<AppError> {
	const error = await openDatabase({ timeout_ms: 3000, ...options }).then(
		async (database) => {
			await database.close();
			throw new Error("it opened");
		},
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(AppError);
	const { message, remedy, details } = error as AppError;
	expect(`${message}${remedy}${JSON.stringify(details)}`).not.toContain(PASSWORD);
	return error as AppError;
}

test("a host that does not exist", async () => {
	const error = await failure({ url: address({ hostname: "database.invalid" }) });
	// Without a network no name is looked up at all.
	expect(error.message).toMatch(/^The host in DATABASE_URL (is not known|cannot be looked up now)\.$/);
	expect(error.remedy).toContain("DATABASE_URL");
});

test("nothing listens", async () => {
	const error = await failure({ url: address({ hostname: "127.0.0.1", port: "1" }) });
	expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
	expect(error.message).toBe("No PostgreSQL listens at the address in DATABASE_URL.");
	expect(error.remedy).toContain("Start PostgreSQL");
});

test("something listens and says nothing", async () => {
	const silent = createServer();
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	const { port } = silent.address() as { port: number };
	try {
		const error = await failure({ url: address({ hostname: "127.0.0.1", port: String(port) }), timeout_ms: 1000 });
		expect(error.code).toBe("database_unavailable");
		expect(error.message).toBe("PostgreSQL at the address in DATABASE_URL cannot be reached.");
	} finally {
		silent.close();
	}
});

test("a file where the embedded database's folder should be", async () => {
	const error = await failure({ dataDir: fileURLToPath(import.meta.url) });
	expect(error.code).toBe("invalid_configuration");
	expect(error.message).toContain("cannot be made or written to");
	expect(error.remedy).toContain("DATA_DIR");
});

describe.skipIf(!isPostgresPresent)("a server that refuses", () => {
	let empty: Awaited<ReturnType<typeof createEmptyPostgres>>;
	beforeAll(async () => {
		empty = await createEmptyPostgres();
	});
	afterAll(() => empty?.drop());

	test("a database that does not exist", async () => {
		const error = await failure({ url: address({ pathname: "/there_is_none" }) });
		expect(error.code).toBe("invalid_configuration");
		expect(error.message).toBe("PostgreSQL has no database of the name in DATABASE_URL.");
		expect(error.remedy).toContain("createdb");
	});

	test("a user that does not exist", async () => {
		const error = await failure({ url: address({ username: "nobody_of_this_name" }) });
		expect(error.code).toBe("invalid_configuration");
		expect(error.message).toBe("PostgreSQL refused the user or password in DATABASE_URL.");
	});

	test("TLS where there is none", async () => {
		const error = await failure({ url: address({ search: "?sslmode=verify-full" }) });
		expect(error.code).toBe("invalid_configuration");
		expect(error.message).toBe("DATABASE_URL asks for TLS, which PostgreSQL does not offer.");
	});

	test("the owner's address is blamed when it is the wrong one", async () => {
		const error = await failure({ url: empty.url, ownerUrl: address({ pathname: "/there_is_none" }) });
		expect(error.message).toBe("PostgreSQL has no database of the name in DATABASE_OWNER_URL.");
		expect(error.details).toMatchObject({ variable: "DATABASE_OWNER_URL" });
	});

	test("a version that is too old", async () => {
		// A function of the same name in front of the server's own says what an old server would.
		const name = new URL(empty.url).pathname.slice(1);
		await asSuperuser(empty.url, (client) =>
			client.query(`create schema old;
				create function old.current_setting(text) returns text language sql as $$ select '140011' $$;
				alter database ${name} set search_path = old, pg_catalog, public`),
		);
		const error = await failure({ url: empty.url });
		expect(error).toMatchObject({ code: "invalid_configuration", message: "PostgreSQL 14 is too old." });
		expect(error.remedy).toContain("15 or newer");
	});
});
