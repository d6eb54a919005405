import { Page } from "../../ui/card.js";

export function MeasurePage() {
	return <Page title="New body">{null}</Page>;
}
