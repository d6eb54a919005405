import { Page } from "../../ui/card.js";

export function ResearchPage() {
	return <Page title="Research">{null}</Page>;
}
