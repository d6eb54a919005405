import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isVaultEmpty, until } from "../fit-helpers.js";
import { expectProblem, head, parseAnswers } from "../hostile-helpers.js";
import { type OpenedTestApi, openTestApi } from "../test-api.js";
import { createTestUser, samplePhoto, type TestUser } from "../test-environment.js";

const REQUEST_TIMEOUT_S = 2;
/** Node looks for requests that are late every half minute. */
const FREED_AFTER_MS = (REQUEST_TIMEOUT_S + 60) * 1000 + 40_000;

describe("slow clients", () => {
	let opened: OpenedTestApi;
	let user: TestUser;
	let port: number;
	const sockets: Socket[] = [];

	beforeAll(async () => {
		opened = await openTestApi("embedded", { settings: { REQUEST_TIMEOUT_SECONDS: String(REQUEST_TIMEOUT_S) } });
		const url = await opened.api.listen({ port: 0, host: "127.0.0.1" });
		port = Number(new URL(url).port);
		user = await createTestUser(opened.api);
	});
	afterAll(async () => {
		for (const socket of sockets) socket.destroy();
		await opened?.close();
	});

	interface Client {
		readonly socket: Socket;
		text: string;
		isClosed: boolean;
	}

	function open(): Promise<Client> {
		return new Promise((resolve) => {
			const socket = connect(port, "127.0.0.1");
			const client: Client = { socket, text: "", isClosed: false };
			sockets.push(socket);
			socket.on("data", (piece) => {
				client.text += piece;
			});
			socket.on("error", () => undefined);
			socket.on("close", () => {
				client.isClosed = true;
			});
			socket.on("connect", () => resolve(client));
		});
	}

	/** A byte each second until the server has enough of it. */
	async function trickle(client: Client, text: string): Promise<void> {
		for (const byte of text) {
			if (client.isClosed) return;
			client.socket.write(byte);
			await sleep(1000);
		}
	}

	async function othersAreServed(): Promise<void> {
		const started = Date.now();
		const answer = await fetch(`http://127.0.0.1:${port}/api/v1/auth/me`, { headers: user.headers });
		expect(answer.status).toBe(200);
		await answer.arrayBuffer();
		expect(Date.now() - started).toBeLessThan(3000);
	}

	const fitHead = (length: number) =>
		head(
			"POST /api/v1/fit HTTP/1.1",
			"host: x",
			`authorization: ${user.headers.authorization}`,
			"content-type: multipart/form-data; boundary=b",
			`content-length: ${length}`,
		);

	test("500 connections that say nothing, little or not all are ended, others are served meanwhile", async () => {
		const silent = await Promise.all(Array.from({ length: 380 }, open));
		const slowHeads = await Promise.all(Array.from({ length: 40 }, open));
		const slowBodies = await Promise.all(Array.from({ length: 40 }, open));
		const stalledPhotos = await Promise.all(Array.from({ length: 20 }, open));
		const skippedParts = await Promise.all(Array.from({ length: 20 }, open));
		await othersAreServed();

		const photo = await samplePhoto("woman-front");
		const trickles = [
			...slowHeads.map((client) => trickle(client, `GET /api/v1/auth/me HTTP/1.1\r\nx-slow: ${"a".repeat(1000)}`)),
			...slowBodies.map((client) => {
				client.socket.write(
					head("POST /api/v1/auth/login HTTP/1.1", "host: x", "content-type: application/json", "content-length: 1000"),
				);
				return trickle(client, `{"email":"${"a".repeat(900)}`);
			}),
		];
		for (const { socket } of stalledPhotos) {
			socket.write(fitHead(photo.length));
			socket.write('--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n');
			socket.write(photo.subarray(0, 100_000));
		}
		// The parser stops at a large part that it skips; then nothing moves any more.
		for (const { socket } of skippedParts) {
			socket.write(fitHead(photo.length + 10_000));
			socket.write("--b\r\nContent-Disposition: attachment; name=photos\r\n\r\n");
			socket.write(photo);
		}
		const everybody = [...silent, ...slowHeads, ...slowBodies, ...stalledPhotos, ...skippedParts];
		const end = Date.now() + FREED_AFTER_MS;
		while (everybody.some(({ isClosed }) => !isClosed) && Date.now() < end) {
			await othersAreServed();
			await sleep(2000);
		}
		const left = (clients: readonly Client[]) => clients.filter(({ isClosed }) => !isClosed).length;
		expect({
			silent: left(silent),
			slowHeads: left(slowHeads),
			slowBodies: left(slowBodies),
			stalledPhotos: left(stalledPhotos),
			skippedParts: left(skippedParts),
		}).toEqual({ silent: 0, slowHeads: 0, slowBodies: 0, stalledPhotos: 0, skippedParts: 0 });
		await Promise.all(trickles);
		for (const client of [...slowHeads, ...slowBodies]) {
			for (const answer of parseAnswers(client.text)) expectProblem(answer, 400);
		}
		await until(() => isVaultEmpty(opened), 10_000);
		const sessions = await opened.api.inject({ url: "/api/v1/sessions", headers: user.headers });
		expect(sessions.json().total).toBe(0);
	});

	test("clients that never read their answers hold up nobody", async () => {
		const deaf = await Promise.all(Array.from({ length: 50 }, open));
		for (const { socket } of deaf) {
			socket.pause();
			for (let n = 0; n < 50; n++) socket.write(head("GET /api/v1/openapi.json HTTP/1.1", "host: x"));
		}
		await sleep(2000);
		await othersAreServed();
		for (const { socket } of deaf) socket.destroy();
		await othersAreServed();
	});
});
