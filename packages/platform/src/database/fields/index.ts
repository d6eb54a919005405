export { encryptColumns } from "./encrypted-columns.js";
export { FieldCipher, type FieldKey, PLAIN } from "./field-cipher.js";
export { type ReencryptOptions, reencryptFields } from "./reencrypt-fields.js";
