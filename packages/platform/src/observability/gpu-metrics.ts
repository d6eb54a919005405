import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { addGauge, type MetricsRegistry } from "./metrics-registry.js";

const run = promisify(execFile);
const FIELDS = "index,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw";
const TIMEOUT_MS = 2000;
/** One look serves all gauges of a scrape. */
const LIFETIME_MS = 1000;
const MIB = 1024 * 1024;

interface GpuReading {
	readonly index: string;
	readonly utilization: number;
	readonly memoryUsed_bytes: number;
	readonly memoryTotal_bytes: number;
	readonly temperature_c: number;
	readonly power_w: number;
}

/**
 * Adds what NVIDIA's driver tells of the GPUs that this process may use. Without a GPU there are no such metrics.
 *
 * @param command NVIDIA's program, or what stands in for it
 * @returns how many GPUs there are
 */
export async function addGpuMetrics(metrics: MetricsRegistry, command = "nvidia-smi"): Promise<number> {
	const first = await readGpus(command).catch(() => []);
	if (first.length === 0) return 0;
	let last: { readonly at_ms: number; readonly readings: Promise<readonly GpuReading[]> } | undefined;
	const readings = () => {
		if (last === undefined || performance.now() - last.at_ms > LIFETIME_MS) {
			last = { at_ms: performance.now(), readings: readGpus(command) };
		}
		return last.readings;
	};
	const add = (name: string, help: string, value: (reading: GpuReading) => number) =>
		addGauge(metrics, name, help, ["gpu"], async () =>
			(await readings())
				.map((reading) => ({ labels: { gpu: reading.index }, value: value(reading) }))
				// What a GPU does not tell reads "[N/A]".
				.filter((each) => Number.isFinite(each.value)),
		);
	add("gpu_utilization_ratio", "Share of the last moments in which the GPU computed.", (gpu) => gpu.utilization);
	add("gpu_memory_used_bytes", "Memory of the GPU in use, by all programs.", (gpu) => gpu.memoryUsed_bytes);
	add("gpu_memory_total_bytes", "Memory of the GPU.", (gpu) => gpu.memoryTotal_bytes);
	add("gpu_temperature_celsius", "Temperature of the GPU.", (gpu) => gpu.temperature_c);
	add("gpu_power_watts", "Power that the GPU draws.", (gpu) => gpu.power_w);
	return first.length;
}

async function readGpus(command: string): Promise<readonly GpuReading[]> {
	const { stdout } = await run(command, [`--query-gpu=${FIELDS}`, "--format=csv,noheader,nounits"], {
		timeout: TIMEOUT_MS,
	});
	return stdout
		.split("\n")
		.filter((line) => /^\d+,/.test(line))
		.map((line) => {
			const [index = "", ...numbers] = line.split(",").map((field) => field.trim());
			const [utilization, used, total, temperature, power] = numbers.map(Number) as [
				number,
				number,
				number,
				number,
				number,
			];
			return {
				index,
				utilization: utilization / 100,
				memoryUsed_bytes: used * MIB,
				memoryTotal_bytes: total * MIB,
				temperature_c: temperature,
				power_w: power,
			};
		});
}
