import { Page } from "../../ui/card.js";

export function LoginPage() {
	return <Page title="Sign in">{null}</Page>;
}
