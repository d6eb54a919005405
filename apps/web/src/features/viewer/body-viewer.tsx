import type { BodyViewerProps } from "./viewer-types.js";

export function BodyViewer({ className }: BodyViewerProps) {
	return <div className={className} />;
}
