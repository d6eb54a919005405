import type { ModelDocument } from "../../api/types.js";
import type { BodyShape } from "../../body/body-types.js";
import type { KeptPhoto } from "../../photos/photo-store.js";

export type StandardView = "front" | "back" | "left" | "right" | "three-quarter";

export interface BodyViewerProps {
	readonly model: ModelDocument;
	/** Shown instead of the model's own shape, as while it is being adjusted. */
	readonly shape?: BodyShape | null;
	/** What the body is called beside a second one; "This body" unless told otherwise. */
	readonly name?: string;
	/** A second body to compare with. */
	readonly other?: { readonly model: ModelDocument; readonly name: string } | null;
	readonly arrangement?: "side-by-side" | "overlaid";
	/** Measurement whose tape stands out; all tapes can be picked on the body. */
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
	/** In the order of the model's views; empty when this browser does not have them (the viewer then asks for the photo). */
	readonly photos: readonly KeptPhoto[];
	readonly className?: string;
}
