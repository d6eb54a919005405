/** Tells all processes what happened: in process, or over Redis. Delivery is at most once; state is in the database. */
export interface EventBus {
	readonly kind: "process" | "redis";
	/** @param message JSON */
	publish(channel: string, message: unknown): Promise<void>;
	/** @returns ends the subscription; resolves once messages are certain to arrive */
	subscribe(channel: string, listener: (message: unknown) => void): Promise<() => Promise<void>>;
	ping(): Promise<void>;
	close(): Promise<void>;
}
