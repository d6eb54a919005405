import { Page } from "../../ui/card.js";

export function ComparePage() {
	return <Page title="Compare">{null}</Page>;
}
