import { Page } from "../../ui/card.js";

export function AdminPage() {
	return <Page title="Admin">{null}</Page>;
}
