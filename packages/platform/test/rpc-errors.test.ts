import { AppError, ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { connectCodeOf, fromConnectError, toConnectError } from "@anny-fitter/platform/rpc";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

describe("connectCodeOf", () => {
	it("has a Connect code for every status of the error table", () => {
		for (const code of CODES) {
			if (ERROR_TABLE[code].httpStatus !== 500) expect.soft(connectCodeOf(code), code).not.toBe(Code.Internal);
		}
		expect(connectCodeOf("no_person")).toBe(Code.InvalidArgument);
		expect(connectCodeOf("inference_out_of_memory")).toBe(Code.Unavailable);
		expect(connectCodeOf("inference_failed")).toBe(Code.Internal);
		expect(connectCodeOf("cancelled")).toBe(Code.Canceled);
		expect(connectCodeOf("timeout")).toBe(Code.DeadlineExceeded);
		expect(connectCodeOf("queue_full")).toBe(Code.Unavailable);
	});
});

describe("toConnectError and fromConnectError", () => {
	it.each(CODES)("carry %s there and back whole", (code) => {
		const error = new AppError(code, "A sentence.", {
			remedy: "Advice of its own.",
			retryable: true,
			details: { limit: 8, names: ["a"] },
		});
		expect(fromConnectError(toConnectError(error))).toMatchObject({
			name: "AppError",
			code,
			message: "A sentence.",
			remedy: "Advice of its own.",
			retryable: true,
			details: { limit: 8, names: ["a"] },
		});
	});

	it("keep what is converted already", () => {
		const appError = new AppError("no_person", "Nobody.");
		const connectError = toConnectError(appError);
		expect(toConnectError(connectError)).toBe(connectError);
		expect(fromConnectError(appError)).toBe(appError);
	});

	it("say nothing of an unforeseen error but that it happened", () => {
		const secret = new TypeError("cannot read jane@example.org");
		const sent = toConnectError(secret);
		expect(sent.code).toBe(Code.Internal);
		expect(sent.rawMessage).not.toContain("jane");
		expect(JSON.stringify(sent.details.map((detail) => detail.value))).not.toContain("jane");
		expect(sent.cause).toBe(secret);
		expect(fromConnectError(sent)).toMatchObject({ code: "internal", retryable: false });
	});
});

describe("fromConnectError", () => {
	it.each([
		[new ConnectError("x", Code.Canceled), "cancelled", false],
		[new ConnectError("x", Code.DeadlineExceeded), "timeout", true],
		[new ConnectError("x", Code.Unavailable), "service_unavailable", true],
		[new ConnectError("x", Code.Aborted), "service_unavailable", true],
		[new ConnectError("no room", Code.ResourceExhausted), "service_unavailable", true],
		[
			new ConnectError("message size 9 is larger than configured readMaxBytes 8", Code.ResourceExhausted),
			"upload_too_large",
			false,
		],
		[new ConnectError("x", Code.InvalidArgument), "invalid_argument", false],
		[new ConnectError("x", Code.Unimplemented), "internal", false],
		[new DOMException("x", "AbortError"), "cancelled", false],
		[new DOMException("x", "TimeoutError"), "timeout", true],
		[new Error("x"), "internal", false],
		["x", "internal", false],
	] as const)("understands errors of the transport: %s", (error, code, retryable) => {
		const appError = fromConnectError(error);
		expect(appError).toBeInstanceOf(AppError);
		expect(appError).toMatchObject({ code, retryable, remedy: ERROR_TABLE[code].remedy });
		expect(appError.message).toMatch(/^[A-Z].+\.$/);
	});

	it("falls back to the Connect code for a code that it does not know", () => {
		const error = toConnectError(new AppError("queue_full", "Full."));
		const detail = error.details[0] as unknown as { value: { code: string } };
		detail.value.code = "from_the_future";
		expect(fromConnectError(error)).toMatchObject({ code: "service_unavailable", retryable: true });
		detail.value.code = "toString";
		expect(fromConnectError(error)).toMatchObject({ code: "service_unavailable" });
	});
});
