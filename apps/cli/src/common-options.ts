/** Options that every command takes. */
export interface CommonOptions {
	readonly modelData?: string;
	readonly json?: boolean;
	readonly quiet?: boolean;
}
