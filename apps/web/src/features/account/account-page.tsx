import { Page } from "../../ui/card.js";

export function AccountPage() {
	return <Page title="My data">{null}</Page>;
}
