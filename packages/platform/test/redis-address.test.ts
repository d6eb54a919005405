import { describeConfig, loadConfig } from "@anny-fitter/platform/config";
import { describe, expect, it } from "vitest";

const SECRET = "k3Jx8-Qm2Vt5-Zp9Rw4-Nc7Yb6-Hd1Lf0";
const load = (url: string) => loadConfig({ REDIS_URL: url, JWT_SECRET: SECRET, SINGLE_USER: "off" });

describe("addresses of Redis", () => {
	it.each([
		["redis://h", "redis://h"],
		["rediss://u:p%40ss@h.example.org:6380/2", "rediss://h.example.org:6380/2"],
		["redis://[::1]:6379", "redis://[::1]:6379"],
		["redis+sentinel://:p@a:1,b,[::1]:3/anny?sentinel_password=q", "redis+sentinel://a:1,b:26379,[::1]:3/anny"],
		["rediss+sentinel://a/my-master", "rediss+sentinel://a:26379/my-master"],
		["redis+cluster://u:p@a,b:7000", "redis+cluster://a:6379,b:7000"],
	])("%s", (url, shown) => {
		const text = describeConfig(load(url));
		expect(text).toMatch(new RegExp(`events, cache +${shown.replace(/[[\]+?]/g, "\\$&")}$`, "m"));
		expect(text).not.toMatch(/p%40ss|p@|sentinel_password/);
	});

	it.each([
		"http://h",
		"redis://",
		"redis://a,b",
		"redis://a:b",
		"redis+sentinel://a:1,b:2",
		"redis+sentinel://a/two/names",
		"redis+sentinel://a/m?password=x",
		"redis+cluster://a,,b",
		"redis+cluster://a/0",
		"redis+cluster://%zz@a",
	])("%s is none", (url) => {
		expect(() => load(url)).toThrow(/REDIS_URL has a value of another form/);
	});
});
