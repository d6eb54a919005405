import { Page } from "../../ui/card.js";

export function FitPage() {
	return <Page title="Progress">{null}</Page>;
}
