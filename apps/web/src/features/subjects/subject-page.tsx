import { Page } from "../../ui/card.js";

export function SubjectPage() {
	return <Page title="Person">{null}</Page>;
}
