export type { PhotoVault } from "./photo-vault.js";
