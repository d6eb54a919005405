import { fileVariant, SETTING_GROUPS, type SettingName } from "./settings.js";

/** docs/configuration.md, from the table of settings, so that page and code cannot differ. A test compares them. */
export function renderSettings(): string {
	const groups = Object.entries(SETTING_GROUPS).map(([title, settings]) => {
		const rows = Object.entries(settings).map(([name, setting]) => {
			const file = setting.isSecret ? ` or \`${fileVariant(name as SettingName)}\`` : "";
			return `| \`${name}\`${file} | ${setting.text} | ${setting.form} | ${setting.fallbackText} |`;
		});
		return `## ${title}\n\n| variable | meaning | value | default |\n|---|---|---|---|\n${rows.join("\n")}\n`;
	});
	return `<!-- Written by tools/document-configuration.mjs from packages/platform/src/config/settings.ts. Run \`npm run docs\` after a change. -->
# Configuration

The server reads its settings from environment variables, once, at the start. All are optional: without any it runs on
this machine alone, with everything built in. A setting that is wrong stops the start with a sentence that names the
variable and what to do; a name that looks misspelt gives a warning. An empty variable counts as not set.

A variable with a \`…_FILE\` variant is a secret, or an address that may hold a password. The variant names a file whose
content is the value (line ends at the end are ignored), as container platforms mount secrets. Set one of the two.

With \`NODE_ENV=production\` the server does not start without \`JWT_SECRET\`, nor with a secret that is short, repeated or
known from examples. It says at the start what it uses, without secrets.

${groups.join("\n")}
## One machine, several processes

\`WORKERS\` above 1 needs \`DATABASE_URL\` and \`REDIS_URL\`: the embedded database and the in-process cache serve one process.

## Several machines

Replicas share \`DATABASE_URL\`, \`REDIS_URL\`, \`JWT_SECRET\` and the \`S3_*\` settings. A fit is finished by the replica that
received its photos, unless they share \`VAULT_REDIS_URL\` and \`VAULT_SECRET\` too. The photos' Redis must keep nothing on a
disk (\`--save "" --appendonly no\`); the server checks that and refuses another.

## The RAM disk in containers

Docker gives a container 64 MB of \`/dev/shm\`. Photos need \`MAX_UPLOAD_SIZE_MB\` for each fit that waits or runs:
\`--shm-size 2g\`, or \`shm_size: 2g\` in a compose file.
`;
}
