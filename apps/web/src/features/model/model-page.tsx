import { Page } from "../../ui/card.js";

export function ModelPage() {
	return <Page title="Body">{null}</Page>;
}
