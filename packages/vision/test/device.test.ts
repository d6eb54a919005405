import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InferenceDevice, openVision, type Vision, type VisionOptions } from "@anny-fitter/vision";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const GPU_MESSAGE = "CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc((void**)&p, size);";
const CPU_MESSAGE = "Non-zero status code returned while running Conv node. Status Message: std::bad_alloc";

let cacheDir: string;
beforeAll(async () => {
	cacheDir = await mkdtemp(join(tmpdir(), "anny-device-"));
});
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

let opened: Vision | undefined;
afterEach(() => opened?.close());

async function open(options: VisionOptions): Promise<Vision> {
	opened = await openVision({ variant: "lite", cacheDir, ...options });
	return opened;
}

/** A plain image: the networks run and find nobody. */
function plain(): { width: number; height: number; rgb: Uint8Array } {
	return { width: 200, height: 300, rgb: new Uint8Array(200 * 300 * 3).fill(128) };
}

/** Fails at the steps that a test names, and writes down every step. */
class Faults {
	readonly steps: string[] = [];
	readonly failing = new Map<string, number>();
	now_ms = 0;

	readonly options = {
		emulateCuda: true,
		now: () => this.now_ms,
		nextFailure: (device: InferenceDevice, step: string) => {
			const name = `${device} ${step}`;
			this.steps.push(name);
			const left = this.failing.get(name) ?? 0;
			this.failing.set(name, left - 1);
			if (left <= 0) return null;
			return device === "cuda" ? GPU_MESSAGE : CPU_MESSAGE;
		},
	};

	/** Fail the next `times` of a step, such as `cuda run`. */
	fail(step: string, times: number): void {
		this.failing.set(step, times);
	}

	takeSteps(): string[] {
		return this.steps.splice(0);
	}
}

describe("openVision on a device", () => {
	it("says where a photo was analysed", async () => {
		const vision = await open({});
		expect(vision.start).toMatchObject({ device: "cpu", deviceWarning: null });
		expect((await vision.analyse(plain())).device).toBe("cpu");
	});

	it("uses CUDA, or the CPU with a warning where the runtime has none", async () => {
		const vision = await open({ device: "cuda" });
		const { device, deviceWarning } = vision.start;
		if (device === "cpu") expect(deviceWarning).toContain("CUDA is not available");
		else expect(deviceWarning).toBeNull();
		expect((await vision.analyse(plain())).device).toBe(device);
		expect((await vision.analyse(plain())).device).toBe(device);
	});

	it("repeats a call on the CPU when the GPU is out of memory, and stays there for a minute", async () => {
		const faults = new Faults();
		const vision = await open({ device: "cuda", faults: faults.options });
		expect(vision.start.device).toBe("cuda");
		expect((await vision.analyse(plain())).device).toBe("cuda");
		expect(faults.takeSteps()).toEqual(["cuda open", "cuda run"]);

		faults.fail("cuda run", 1);
		const result = await vision.analyse(plain());
		expect(result).toMatchObject({ device: "cpu", imageWidth: 200, people: [] });
		expect(faults.takeSteps()).toEqual(["cuda run", "cpu open", "cpu run"]);

		faults.now_ms = 59_999;
		expect((await vision.analyse(plain())).device).toBe("cpu");
		expect(faults.takeSteps()).toEqual(["cpu run"]);

		faults.now_ms = 60_001;
		expect((await vision.analyse(plain())).device).toBe("cuda");
		expect(faults.takeSteps()).toEqual(["cuda open", "cuda run"]);

		// Still no memory when the networks are loaded again.
		faults.fail("cuda run", 1);
		await vision.analyse(plain());
		faults.now_ms = 130_000;
		faults.fail("cuda open", 1);
		faults.takeSteps();
		expect((await vision.analyse(plain())).device).toBe("cpu");
		expect(faults.takeSteps()).toEqual(["cuda open", "cpu open", "cpu run"]);
	});

	it("starts on the CPU when the GPU is out of memory", async () => {
		const faults = new Faults();
		faults.fail("cuda open", 1);
		const vision = await open({ device: "cuda", faults: faults.options });
		expect(vision.start).toMatchObject({ device: "cpu", deviceWarning: null });
		expect((await vision.analyse(plain())).device).toBe("cpu");
	});

	it("repeats a call once with new networks when the machine is out of memory", async () => {
		const faults = new Faults();
		const vision = await open({ faults: faults.options });
		faults.takeSteps();
		faults.fail("cpu run", 1);
		expect((await vision.analyse(plain())).device).toBe("cpu");
		expect(faults.takeSteps()).toEqual(["cpu run", "cpu open", "cpu run"]);
	});

	it("gives up with a retryable error when that does not help, and serves the next call", async () => {
		const faults = new Faults();
		const vision = await open({ device: "cuda", faults: faults.options });
		faults.takeSteps();
		faults.fail("cuda run", 1);
		faults.fail("cpu run", 2);
		const [first, second] = await Promise.allSettled([vision.analyse(plain()), vision.analyse(plain())]);
		expect(first).toMatchObject({ reason: { name: "AppError", code: "inference_out_of_memory", retryable: true } });
		expect(second).toMatchObject({ value: { device: "cpu" } });
		expect(faults.takeSteps()).toEqual([
			"cuda run",
			"cpu open",
			"cpu run",
			"cpu open",
			"cpu run",
			"cpu open",
			"cpu run",
		]);
	});

	it("does not repeat other failures", async () => {
		let runs = 0;
		const nextFailure = (_: InferenceDevice, step: string) => (step === "run" && ++runs === 1 ? "Conv failed" : null);
		const vision = await open({ faults: { nextFailure } });
		await expect(vision.analyse(plain())).rejects.toMatchObject({ code: "inference_failed", retryable: false });
		expect(runs).toBe(1);
		expect((await vision.analyse(plain())).device).toBe("cpu");
	});
});
