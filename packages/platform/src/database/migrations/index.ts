import type { Migration } from "kysely";
import * as tables from "./0001-tables.js";
import * as rowLevelSecurity from "./0002-row-level-security.js";
import * as auditChain from "./0003-audit-chain.js";
import * as jobQueue from "./0004-job-queue.js";
import * as keysOfModels from "./0005-keys-of-models.js";
import * as researchOnFits from "./0006-research-on-fits.js";
import * as encryptedFields from "./0007-encrypted-fields.js";

/** All migrations in their order. A released one never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	"0001-tables": tables,
	"0002-row-level-security": rowLevelSecurity,
	"0003-audit-chain": auditChain,
	"0004-job-queue": jobQueue,
	"0005-keys-of-models": keysOfModels,
	"0006-research-on-fits": researchOnFits,
	"0007-encrypted-fields": encryptedFields,
};
