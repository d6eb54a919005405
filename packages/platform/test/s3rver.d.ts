declare module "s3rver" {
	/** Part of what the package offers; it has no types of its own. */
	class S3rver {
		constructor(options: {
			port: number;
			address: string;
			silent: boolean;
			directory: string;
			configureBuckets?: readonly { name: string; configs: readonly string[] }[];
		});
		run(): Promise<{ port: number }>;
		close(): Promise<void>;
	}
	export = S3rver;
}
