export const EXPORT_FORMATS = ["glb", "obj", "ply", "stl", "json", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type ExportPose = "rest" | "given";
export type ExportFrame = "anny" | "gltf";

/** Formats that hold a mesh in one pose and one frame. */
export const hasMeshOptions = (format: ExportFormat): boolean => ["obj", "ply", "stl"].includes(format);

/** The address of a file of a model. */
export function exportAddress(model_id: string, format: ExportFormat, pose: ExportPose, frame: ExportFrame): string {
	const query = new URLSearchParams({ format });
	if (hasMeshOptions(format)) {
		query.set("pose", pose);
		query.set("frame", frame);
	}
	return `/api/v1/models/${model_id}/export?${query}`;
}

/**
 * A file's name that every system takes, such as `ada-2026-11-23-rest.obj`.
 *
 * @param name of the person; null or without usable characters: `body`
 * @param created_at ISO 8601
 */
export function exportFileName(
	name: string | null,
	created_at: string,
	format: ExportFormat,
	pose: ExportPose,
	frame: ExportFrame,
): string {
	const slug = (name ?? "")
		.normalize("NFKD")
		.replace(/\p{Mn}/gu, "")
		.replaceAll("ß", "ss")
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, "-")
		.slice(0, 40)
		.replace(/^-+|-+$/g, "");
	const parts = [slug === "" ? "body" : slug, created_at.slice(0, 10)];
	if (hasMeshOptions(format)) parts.push(pose === "rest" ? "rest" : "posed", ...(frame === "gltf" ? ["y-up"] : []));
	return `${parts.join("-")}.${format}`;
}
