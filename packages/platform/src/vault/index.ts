export { openPhotoVault, type PhotoVaultOptions } from "./open-photo-vault.js";
export type { PhotoVault } from "./photo-vault.js";
