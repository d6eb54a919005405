import { Page } from "../../ui/card.js";

export function SubjectsPage() {
	return <Page title="People">{null}</Page>;
}
