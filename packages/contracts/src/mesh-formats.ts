/** Mesh files that the product writes and reads. */
export const MESH_FORMATS = ["glb", "obj", "ply", "stl"] as const;
export type MeshFormat = (typeof MESH_FORMATS)[number];
