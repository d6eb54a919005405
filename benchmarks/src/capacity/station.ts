/** Decides how many pods there should be; called every 15 s, as Kubernetes does. */
export interface Scaling {
	readonly min: number;
	readonly max: number;
	/** Seconds of the past whose highest wish holds before pods go. */
	readonly scaleDownAfter_s: number;
	/** Pods that may be added within so many seconds. */
	readonly scaleUp: { readonly pods: number; readonly orShare: number; readonly period_s: number };
	readonly scaleDown: { readonly pods: number; readonly period_s: number };
	/** @returns what is measured, as a multiple of what one pod is to have: the wish before limits */
	wish(seen: { readonly openFits: number; readonly cpuShare: number; readonly pods: number }): number;
}

export interface StationOptions {
	readonly name: string;
	/** Tasks that one pod works on at a time, each at full speed. */
	readonly serversPerPod: number;
	readonly pods: number;
	/** Null: always so many. */
	readonly scaling: Scaling | null;
	/** From the decision to the first task. */
	readonly podStart_s: number;
	/** Of one pod; null: never. */
	readonly meanTimeToFailure_s: number | null;
	/** Share of a pod's requested processors that one busy server takes, as an autoscaler sees it. */
	readonly cpuSharePerServer: number;
}

export interface Fit {
	readonly arrivedAt_s: number;
	/** Of the present attempt. */
	worked_s: number;
	stage: number;
	/** The pod that leads the whole attempt; if it dies, the attempt is lost. */
	holder: Pod | null;
	task: Task | null;
}

/** One stage of one fit on its way through a station. */
export interface Task {
	readonly fit: Fit;
	/** Of no use any more: its fit began anew elsewhere. */
	isDropped: boolean;
	pod: Pod | null;
	readonly service_s: number;
}

export interface Pod {
	readonly running: Set<Task>;
	isLeaving: boolean;
}

/** Pods of one kind behind one queue; a free one with the least work takes the next task. */
export class Station {
	readonly options: StationOptions;
	readonly pods: Pod[] = [];
	/** Pods that were asked for and have not started yet. */
	starting = 0;
	busy_s = 0;
	available_s = 0;
	mostPods = 0;
	#queue: Task[] = [];
	#head = 0;
	#busy = 0;
	#changedAt_s = 0;
	#window = { busy_s: 0, available_s: 0 };
	#wishes: { readonly at_s: number; readonly pods: number }[] = [];
	#added: { readonly at_s: number; readonly pods: number }[] = [];
	#shrunkAt_s = Number.NEGATIVE_INFINITY;

	constructor(options: StationOptions) {
		this.options = options;
		for (let i = 0; i < options.pods; i++) this.addPod();
	}

	/** Pods that take tasks. */
	get activePods(): number {
		return this.pods.reduce((count, pod) => count + (pod.isLeaving ? 0 : 1), 0);
	}

	addPod(): void {
		this.pods.push({ running: new Set(), isLeaving: false });
		this.mostPods = Math.max(this.mostPods, this.pods.length);
	}

	/** Counts what was done until now. Call before anything changes. */
	advance(now_s: number): void {
		const passed_s = now_s - this.#changedAt_s;
		this.#changedAt_s = now_s;
		const [busy_s, available_s] = [passed_s * this.#busy, passed_s * this.pods.length * this.options.serversPerPod];
		this.busy_s += busy_s;
		this.available_s += available_s;
		this.#window.busy_s += busy_s;
		this.#window.available_s += available_s;
	}

	enqueue(task: Task): void {
		this.#queue.push(task);
	}

	/** @returns the next task and the pod that takes it, null when there is no task or no free pod */
	startNext(): Task | null {
		while (this.#head < this.#queue.length && this.#queue[this.#head]!.isDropped) this.#head++;
		if (this.#head > 1000 && 2 * this.#head > this.#queue.length) {
			this.#queue = this.#queue.slice(this.#head);
			this.#head = 0;
		}
		const task = this.#queue[this.#head];
		if (task === undefined) return null;
		const pod = this.freePod();
		if (pod === null) return null;
		this.#head++;
		task.pod = pod;
		pod.running.add(task);
		this.#busy++;
		return task;
	}

	/** The pod with the least to do that has room. */
	freePod(): Pod | null {
		let best: Pod | null = null;
		for (const pod of this.pods) {
			if (pod.isLeaving || pod.running.size >= this.options.serversPerPod) continue;
			if (best === null || pod.running.size < best.running.size) best = pod;
			if (best.running.size === 0) break;
		}
		return best;
	}

	/** A task that was worked on has ended, or is given up. */
	release(task: Task): void {
		const { pod } = task;
		if (pod === null) return;
		pod.running.delete(task);
		task.pod = null;
		this.#busy--;
		if (pod.isLeaving && pod.running.size === 0) this.remove(pod);
	}

	remove(pod: Pod): void {
		this.pods.splice(this.pods.indexOf(pod), 1);
	}

	/** Asks for pods or lets some go. @returns how many have to be started */
	scale(now_s: number, openFits: number): number {
		const { scaling, cpuSharePerServer, serversPerPod } = this.options;
		if (scaling === null) return 0;
		this.advance(now_s);
		const cpuShare =
			this.#window.available_s === 0
				? 0
				: (this.#window.busy_s / this.#window.available_s) * serversPerPod * cpuSharePerServer;
		this.#window = { busy_s: 0, available_s: 0 };
		const present = this.activePods + this.starting;
		const raw = scaling.wish({ openFits, cpuShare, pods: this.activePods });
		// Kubernetes leaves alone what is within a tenth of the aim.
		const wished = Math.abs(raw / Math.max(1, present) - 1) <= 0.1 ? present : Math.ceil(raw);
		const wish = Math.min(scaling.max, Math.max(scaling.min, wished));
		this.#wishes = this.#wishes.filter(({ at_s }) => now_s - at_s < scaling.scaleDownAfter_s);
		this.#wishes.push({ at_s: now_s, pods: wish });
		if (wish > present) {
			const { pods, orShare, period_s } = scaling.scaleUp;
			this.#added = this.#added.filter(({ at_s }) => now_s - at_s < period_s);
			const recently = this.#added.reduce((sum, one) => sum + one.pods, 0);
			const allowed = Math.max(pods, Math.ceil(orShare * (present - recently))) - recently;
			const count = Math.max(0, Math.min(wish - present, allowed));
			if (count > 0) this.#added.push({ at_s: now_s, pods: count });
			this.starting += count;
			return count;
		}
		const lowest = this.#wishes.reduce((most, one) => Math.max(most, one.pods), 0);
		if (now_s - this.#shrunkAt_s < scaling.scaleDown.period_s || this.activePods <= lowest) return 0;
		this.#shrunkAt_s = now_s;
		const leaving = Math.min(scaling.scaleDown.pods, this.activePods - lowest);
		for (let i = 0; i < leaving; i++) this.#letOneGo();
		return 0;
	}

	#letOneGo(): void {
		let least: Pod | null = null;
		for (const pod of this.pods) {
			if (!pod.isLeaving && (least === null || pod.running.size < least.running.size)) least = pod;
		}
		if (least === null) return;
		least.isLeaving = true;
		if (least.running.size === 0) this.remove(least);
	}
}
