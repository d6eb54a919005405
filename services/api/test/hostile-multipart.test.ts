import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isVaultEmpty, until } from "./fit-helpers.js";
import {
	type AnyAnswer,
	expectCleanPrototypes,
	expectProblem,
	head,
	parseAnswers,
	type RawOptions,
	sendRaw,
} from "./hostile-helpers.js";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, samplePhoto, type TestUser } from "./test-environment.js";

const BOUNDARY = "----hostile";
const CANARY = "zq7canary";

// What is attacked lies before the database, so the embedded environment stands for both.
describe("hostile multipart requests", () => {
	let opened: OpenedTestApi;
	let user: TestUser;
	let port: number;
	let photo: Buffer;

	beforeAll(async () => {
		photo = await samplePhoto("woman-front");
		opened = await openTestApi("embedded", { settings: { MAX_PHOTO_SIZE_MB: "2", MAX_UPLOAD_SIZE_MB: "4" } });
		await opened.api.listen({ port: 0, host: "127.0.0.1" });
		port = (opened.api.server.address() as AddressInfo).port;
		user = await createTestUser(opened.api);
	});
	afterAll(async () => {
		await opened?.close();
	});
	let logged = 0;
	afterEach(async () => {
		const log = opened.log().slice(logged);
		logged += log.length;
		expect(log.includes(CANARY)).toBe(false);
		expect(/"level":"(error|fatal)".*/.exec(log)?.[0]).toBeUndefined();
		expect(await openSessions()).toBe(0);
		expect((await opened.api.inject({ url: "/healthz" })).statusCode).toBe(200);
		await until(() => isVaultEmpty(opened), 5000);
		expectCleanPrototypes();
	});

	async function openSessions(): Promise<number> {
		const answer = await opened.api.inject({ url: "/api/v1/sessions?limit=100", headers: user.headers });
		return answer.json().sessions.filter((of: { status: string }) => of.status === "queued").length;
	}

	const fitHead = (length: number | null, ...more: string[]) =>
		head(
			"POST /api/v1/fit HTTP/1.1",
			"host: 127.0.0.1",
			`authorization: ${user.headers.authorization}`,
			`content-type: multipart/form-data; boundary=${BOUNDARY}`,
			...(length === null ? [] : [`content-length: ${length}`]),
			...more,
		);
	const part = (disposition: string, content: string | Buffer, ...more: string[]) =>
		Buffer.concat([
			Buffer.from(
				`--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${more.map((line) => `${line}\r\n`).join("")}\r\n`,
			),
			Buffer.from(content),
			Buffer.from("\r\n"),
		]);
	const file = (content: string | Buffer, fileName = "a.jpg", ...more: string[]) =>
		part(`form-data; name="photos"; filename="${fileName}"`, content, ...more);
	const field = (name: string, value: string | Buffer) => part(`form-data; name="${name}"`, value);
	const END = Buffer.from(`--${BOUNDARY}--\r\n`);

	/** One fit on a connection of its own. */
	async function fit(body: Buffer, headers: readonly string[] = [], options: RawOptions = {}): Promise<AnyAnswer> {
		const { text, duration_ms } = await sendRaw(
			port,
			[fitHead(body.length, "connection: close", ...headers), body],
			options,
		);
		const [answer] = parseAnswers(text).filter(({ statusCode }) => statusCode !== 100);
		if (answer === undefined) throw new Error(`no answer after ${duration_ms} ms: ${text.slice(0, 200)}`);
		return answer;
	}
	async function cancel(answer: AnyAnswer): Promise<void> {
		expect(answer.statusCode, answer.body).toBe(202);
		const url = `/api/v1/sessions/${JSON.parse(answer.body).session_id}`;
		expect((await opened.api.inject({ method: "DELETE", url, headers: user.headers })).statusCode).toBe(200);
	}
	const concat = (...pieces: readonly Buffer[]) => Buffer.concat(pieces);

	test("a whole request is accepted: what follows fails for its own reasons", async () => {
		await cancel(await fit(concat(field("stature_m", "1.7"), file(photo), END)));
		await cancel(await fit(concat(file(photo), field("stature_m", "1.7"), END)));
	});

	test.each<[string, () => Buffer]>([
		["the headers of a part", () => file(photo).subarray(0, 60)],
		["a photo", () => file(photo).subarray(0, 10_000)],
		["the final boundary", () => concat(file(photo), END.subarray(0, 8))],
		["a field", () => field("stature_m", "1.7").subarray(0, 70)],
		["the first boundary", () => Buffer.from("----")],
		["nothing at all", () => Buffer.alloc(0)],
		["the missing final boundary", () => file(photo)],
	])("ends within %s", async (_, body) => {
		expectProblem(await fit(body()), "invalid_argument");
	});

	test.each<[string, () => Buffer]>([
		["without a name", () => concat(part("form-data", "x"), file(photo), END)],
		["with an empty name", () => concat(field("", "x"), file(photo), END)],
		["with the name of no field", () => concat(field(CANARY, "x"), file(photo), END)],
		["of a field as a file", () => concat(part('form-data; name="stature_m"; filename="a.jpg"', photo), END)],
		["of a photo as a field", () => concat(field("photos", "text"), END)],
		["twice", () => concat(field("stature_m", "1.7"), field("stature_m", "1.8"), file(photo), END)],
		["of the same photo twice", () => concat(file(photo), file(photo), END)],
		["without a disposition", () => concat(Buffer.from(`--${BOUNDARY}\r\ncontent-type: text/plain\r\n\r\nx\r\n`), END)],
		["with a disposition of another kind", () => concat(part("attachment; name=photos", "x"), END)],
		["that is empty", () => concat(file(""), END)],
		["of a field with bytes that are no text", () => concat(field("stature_m", randomBytes(1000)), file(photo), END)],
		["of a field that is far too long", () => concat(field("views", CANARY.repeat(100_000)), file(photo), END)],
		["of a field with NUL", () => concat(field("subject_id", "\0\0"), file(photo), END)],
		["of a field that is a dangerous key", () => concat(field("__proto__", "x"), file(photo), END)],
		[
			"with another multipart in it",
			() =>
				concat(
					part(
						"form-data; name=photos",
						`--in\r\n\r\n${CANARY}\r\n--in--`,
						"Content-Type: multipart/mixed; boundary=in",
					),
					END,
				),
		],
		[
			"that claims JSON and is none",
			() => concat(part('form-data; name="measures"', "{", "Content-Type: application/json"), file(photo), END),
		],
		[
			"that claims JSON with a dangerous key",
			() =>
				concat(
					part('form-data; name="measures"', '{"__proto__":{"polluted":1}}', "Content-Type: application/json"),
					file(photo),
					END,
				),
		],
		[
			"with 2,000 headers and no photo",
			() =>
				concat(
					part('form-data; name="photos"; filename="a"', "x", ...Array.from({ length: 2000 }, (_, n) => `X-${n}: 1`)),
					END,
				),
		],
	])("a part %s", async (_, body) => {
		expectProblem(await fit(body()), 400, 415, 413);
	});

	test("a part with a header of 100 kB is cut or refused", async () => {
		const answer = await fit(concat(file(photo, "a.jpg", `X-${CANARY}: ${"a".repeat(100_000)}`), END));
		if (answer.statusCode === 202) await cancel(answer);
		else expectProblem(answer, 400, 413);
	});

	test("ten thousand tiny parts", async () => {
		const tiny = Array.from({ length: 10_000 }, (_, index) => field(index % 2 === 0 ? "stature_m" : `f${index}`, "1"));
		const started = Date.now();
		expectProblem(await fit(concat(...tiny, END)), 400, 413);
		const files = Array.from({ length: 10_000 }, () => file("x"));
		expectProblem(await fit(concat(...files, END)), 400, 413);
		expect(Date.now() - started).toBeLessThan(10_000);
	});

	test.each([
		"../../../../tmp/zq7canary",
		"..\\..\\windows\\zq7canary",
		"/etc/zq7canary",
		"C:\\zq7canary.jpg",
		"\\\\server\\share\\zq7canary",
		"CON",
		"NUL.jpg",
		"zq7canary\0.jpg",
		"zq7canary\u202egpj.exe",
		"zq7canary.jpg\r\nX-Injected: 1",
		"",
		".",
		"..",
		`zq7canary${"é".repeat(5000)}`,
		"zq7canary; name=subject_id",
		"%00%2e%2e%2f",
	])("a file named %j is a photo like any other, or refused", async (name) => {
		const answer = await fit(concat(file(photo, name), END));
		if (answer.statusCode === 202) await cancel(answer);
		else expectProblem(answer, 400, 413);
		expect(JSON.stringify(answer)).not.toContain(CANARY);
	});

	test.each([
		"multipart/form-data",
		"multipart/form-data; boundary=",
		`multipart/form-data; boundary=${"b".repeat(5000)}`,
		'multipart/form-data; boundary="',
		"multipart/form-data; boundary=a; boundary=b",
		"multipart/mixed; boundary=----hostile",
		"application/x-www-form-urlencoded",
		"application/json",
		"text/plain",
		"image/jpeg",
		"multipart/form-data; boundary=----hostile; charset=utf-7",
		"",
	])("content type %j", async (type) => {
		const body = concat(field("stature_m", "1.7"), END);
		const { text } = await sendRaw(port, [
			fitHead(body.length, "connection: close").replace(/content-type: .*\r\n/, `content-type: ${type}\r\n`),
			body,
		]);
		expectProblem(parseAnswers(text)[0]!, 400, 415);
	});

	test("Content-Length that is too long, too short, no number, or there twice", async () => {
		const body = concat(file(photo), END);
		const late = await sendRaw(port, [fitHead(body.length + 1000, "connection: close"), body], { end: true });
		if (late.text !== "") expectProblem(parseAnswers(late.text)[0]!, 400);
		const early = await sendRaw(port, [fitHead(body.length - 1000), body], { timeout_ms: 3000 });
		for (const answer of parseAnswers(early.text)) expect(answer.statusCode).toBe(400);
		for (const value of ["-1", "abc", "1e3", "99999999999999999999", `${body.length}, ${body.length}`, "0x10"]) {
			const { text } = await sendRaw(port, [fitHead(null, `content-length: ${value}`), body], { timeout_ms: 3000 });
			expect(text).toMatch(/^HTTP\/1\.1 400 /);
		}
		const twice = await sendRaw(port, [fitHead(body.length, "content-length: 5"), body], { timeout_ms: 3000 });
		expect(twice.text).toMatch(/^HTTP\/1\.1 400 /);
	});

	test("a declared size that is over the limit is refused before anything arrives", async () => {
		const { text, duration_ms } = await sendRaw(port, fitHead(1e9), { timeout_ms: 5000 });
		expectProblem(parseAnswers(text)[0]!, "upload_too_large");
		expect(duration_ms).toBeLessThan(6000);
	});

	test("a refused upload is read to its end: its sender sees the answer, and the connection goes on", async () => {
		const body = concat(file(Buffer.alloc(2_500_000, 0xff)), END);
		const socket = connect(port, "127.0.0.1");
		let text = "";
		socket.setEncoding("latin1").on("data", (piece) => (text += piece));
		const failed = once(socket, "error").then(([error]) => Promise.reject(error));
		failed.catch(() => undefined);
		const answers = (count: number) => Promise.race([until(() => parseAnswers(text).length === count, 5000), failed]);
		socket.write(concat(Buffer.from(fitHead(body.length)), body.subarray(0, 100_000)));
		await answers(1);
		expectProblem(parseAnswers(text)[0]!, "not_an_image");
		for (let at = 100_000; at < body.length; at += 400_000) {
			socket.write(body.subarray(at, at + 400_000));
			await sleep(50);
		}
		socket.write(head("GET /healthz HTTP/1.1", "host: 127.0.0.1"));
		await answers(2);
		expect(parseAnswers(text)[1]!.statusCode).toBe(200);
		socket.destroy();
	});

	test("chunked: whole, over the limit, with wrong sizes, and without an end", async () => {
		const chunk = (content: Buffer) =>
			concat(Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from("\r\n"));
		const body = concat(file(photo), END);
		const start = fitHead(null, "transfer-encoding: chunked", "connection: close");
		const whole = await sendRaw(port, [start, chunk(body.subarray(0, 5000)), chunk(body.subarray(5000)), "0\r\n\r\n"]);
		await cancel(parseAnswers(whole.text)[0]!);

		const large = concat(photo, Buffer.alloc(3e6));
		const over = await sendRaw(port, [start, chunk(concat(file(large), END)), "0\r\n\r\n"]);
		expectProblem(parseAnswers(over.text)[0]!, "photo_too_large", "upload_too_large");

		for (const size of ["-5", "zz", "fffffffffffffffff", "5;ext=\0"]) {
			const { text } = await sendRaw(port, [start, `${size}\r\n`, body], { timeout_ms: 3000, end: true });
			if (text !== "") expect(text).toMatch(/^HTTP\/1\.1 400 /);
		}
		const endless = await sendRaw(port, [start, chunk(body.subarray(0, 5000))], { end: true, timeout_ms: 3000 });
		if (endless.text !== "") expect(endless.text).toMatch(/^HTTP\/1\.1 400 /);
	});

	test("a connection that is cut within a photo leaves nothing, whenever it is cut", async () => {
		const body = concat(field("stature_m", "1.7"), file(photo), END);
		for (const share of [0.001, 0.1, 0.5, 0.9, 0.999]) {
			const sent = body.subarray(0, Math.floor(body.length * share));
			await sendRaw(port, [fitHead(body.length), sent], { cut: true });
			await sendRaw(port, [fitHead(body.length), sent], { end: true, timeout_ms: 2000 });
		}
		const cutAtOnce = Array.from({ length: 20 }, () =>
			sendRaw(port, [fitHead(body.length), body.subarray(0, 20_000)], { cut: true }),
		);
		await Promise.all(cutAtOnce);
		await until(() => isVaultEmpty(opened), 5000);
		expect(await openSessions()).toBe(0);
	});

	test("two pipelined fits get two answers, in order", async () => {
		const side = await samplePhoto("woman-side");
		const bodies = [concat(file(photo), END), concat(file(side), END)];
		const { text } = await sendRaw(port, [
			fitHead(bodies[0]!.length),
			bodies[0]!,
			fitHead(bodies[1]!.length, "connection: close"),
			bodies[1]!,
		]);
		const answers = parseAnswers(text);
		expect(answers).toHaveLength(2);
		for (const answer of answers) await cancel(answer);
	});

	test("a request behind a fit that was refused is not taken for another one", async () => {
		const body = concat(field(CANARY, "x"), file(photo), END);
		const { text } = await sendRaw(port, [fitHead(body.length), body, head("GET /healthz HTTP/1.1", "host: x")], {
			timeout_ms: 5000,
		});
		const [refused, ...others] = parseAnswers(text);
		expectProblem(refused!, 400);
		for (const answer of others) expect(answer.statusCode).toBe(200);
	});

	test("Expect: 100-continue", async () => {
		const body = concat(file(photo), END);
		const { text } = await sendRaw(port, [fitHead(body.length, "expect: 100-continue", "connection: close"), body]);
		const [, answer] = parseAnswers(text);
		expect(text).toMatch(/^HTTP\/1\.1 100 /);
		await cancel(answer!);
		const other = await sendRaw(port, [fitHead(body.length, "expect: something-else"), body], { timeout_ms: 3000 });
		expect(other.text).toMatch(/^HTTP\/1\.1 (417|4\d\d) /);
	});

	test.each<[string, () => Buffer, string]>([
		["a GIF with a script", () => Buffer.from(`GIF89a/*${CANARY}*/=1;`), "unsupported_image"],
		[
			"an SVG with an external entity",
			() => Buffer.from('<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///dev/null">]><svg>&x;</svg>'),
			"not_an_image",
		],
		["an SVG", () => Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "unsupported_image"],
		["HTML", () => Buffer.from(`<!doctype html><script>${CANARY}</script>`), "not_an_image"],
		["a PDF", () => Buffer.from("%PDF-1.7 then a JPEG \xff\xd8\xff", "latin1"), "unsupported_image"],
		["a zip", () => Buffer.concat([Buffer.from("PK\x03\x04"), randomBytes(1000)]), "not_an_image"],
		["a TIFF", () => Buffer.concat([Buffer.from("II*\0"), randomBytes(1000)]), "unsupported_image"],
		["zeros", () => Buffer.alloc(1_500_000), "not_an_image"],
		["noise", () => Buffer.concat([Buffer.from([0]), randomBytes(100_000)]), "not_an_image"],
		["a program", () => Buffer.concat([Buffer.from("\x7fELF", "latin1"), randomBytes(1000)]), "not_an_image"],
		["one byte", () => Buffer.from([0xff]), "not_an_image"],
		["text before a JPEG", () => Buffer.concat([Buffer.from("#!/bin/sh\n"), photo]), "not_an_image"],
	])("%s named .jpg is refused by its first bytes", async (_, content, code) => {
		const answer = await fit(concat(file(content(), "photo.jpg", "Content-Type: image/jpeg"), END));
		expectProblem(answer, 400);
		expect([code, "not_an_image", "unsupported_image"]).toContain(JSON.parse(answer.body).code);
	});

	test("a hundred uploads at one time are taken or refused, and the server serves on", async () => {
		const body = concat(file(photo), END);
		const uploads = Array.from({ length: 100 }, () => fit(body, [], { timeout_ms: 60_000 }));
		await sleep(50);
		const started = Date.now();
		expect((await opened.api.inject({ url: "/healthz" })).statusCode).toBe(200);
		expect(Date.now() - started).toBeLessThan(5000);
		const answers = await Promise.all(uploads);
		for (const answer of answers) {
			if (answer.statusCode === 202) await cancel(answer);
			else {
				expectProblem(answer, 503, 429);
				expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
			}
		}
		await cancel(await fit(body));
	});
});
