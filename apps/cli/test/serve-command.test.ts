import { describe, expect, it } from "vitest";
import { settings } from "../src/serve-command.js";

describe("serve", () => {
	it("puts what the command line says in the place of variables", () => {
		expect(settings({ host: "0.0.0.0", port: "81" }, { HOST: "127.0.0.1", LOG_LEVEL: "warn" })).toMatchObject({
			HOST: "0.0.0.0",
			PORT: "81",
			LOG_LEVEL: "warn",
		});
	});

	it("takes the installed web application unless the surroundings name one, or none", () => {
		expect(settings({}, { WEB_DIR: "none" }).WEB_DIR).toBe("none");
		expect(settings({}, { WEB_DIR: "/srv/web" }).WEB_DIR).toBe("/srv/web");
		// Before the application is built there is nothing to take.
		expect(settings({}, {}).WEB_DIR ?? "apps/web/dist").toMatch(/web[/\\]dist$/);
	});
});
